#include "aggregate/tables/pivot.h"

#include <cmath>

#include "aggregate/tables/collections.h"
#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::pivot_test {
namespace {

using namespace aggregate;

Table table_of(const Collection& all, const TableRequest& request = {}) {
  return make_table(all, request);
}

std::vector<std::vector<std::string>> columns_of(const Table& table) {
  std::vector<std::vector<std::string>> columns;
  for (const TableColumn& column : table.columns) {
    columns.push_back(column.values);
  }
  return columns;
}

std::string refusal(const TableRequest& request) {
  return input_error([&] { table_of(small_collection(), request); });
}

}  // namespace

TEST_CASE("by default: policies down, state sizes across, the full state last") {
  const Table table = table_of(small_collection());
  CHECK(table.row_keys == std::vector<std::string>{"policy"});
  CHECK(columns_of(table) == std::vector<std::vector<std::string>>{{"64"}, {"128"}, {"unbounded"}});
  REQUIRE(table.rows.size() == 3);
  CHECK(table.rows[1].values == std::vector<std::string>{"h2o"});
  CHECK(table.rows[1].entries[1].value == 10.5);
  CHECK(table.rows[1].entries[1].standard_error == 0.5);
  CHECK_FALSE(table.rows[1].entries[2].is_planned);
  CHECK(table.title == "loss (nats) by state_size");
  CHECK(table.counts == "5 of 5 planned cells (0 failed, 0 missing, 0 limited)");
}

TEST_CASE("a table calls policies by their names, and filters by their labels") {
  Collection all = small_collection();
  for (Cell& cell : all.cells) {
    cell.name = cell.label == "full" ? "full cache" : "The " + cell.label;
  }
  TableRequest request;
  request.filters = {{"label", {"h2o", "full"}}};
  request.relative_to = "full";
  const Table table = table_of(all, request);
  CHECK(table.rows.at(0).values == std::vector<std::string>{"The h2o"});
  CHECK(table.rows.at(1).values == std::vector<std::string>{"full cache"});
  CHECK(table.title == "loss (nats) by state_size, less full cache, label = h2o or full");
}

TEST_CASE("entries are marked as the findings say, and sentences follow") {
  const Table table = make_table(small_collection(), {}, small_findings());
  CHECK(table.rows[0].entries[0].is_best);
  CHECK_FALSE(table.rows[0].entries[0].is_significant);
  CHECK_FALSE(table.rows[1].entries[0].is_best);
  CHECK(table.rows[1].entries[0].is_significant);
  CHECK(table.rows[0].entries[1].is_tied);
  CHECK(table.rows[1].entries[1].is_tied);
  CHECK_FALSE(table.rows[0].entries[1].is_best);
  CHECK(table.rows[0].entries[0].is_ranked);
  CHECK_FALSE(table.rows[2].entries[2].is_ranked);
  CHECK(table.notes ==
        std::vector<std::string>{
            "= tied for the best at its cache size: not distinguishable from the leader",
            "* worse than the leader at its cache size (paired test over samples, adjusted, p < "
            "0.05)",
            "\u2021 not ranked: a baseline, an upper reference, or holds more memory "
            "than the others",
            "loss at 64: tova is best"});
  // Without findings nothing is marked, however the values are.
  CHECK_FALSE(table_of(small_collection()).rows[0].entries[0].is_best);
  CHECK(table_of(small_collection()).notes.empty());
}

TEST_CASE("of many sentences the first are shown, and how many more there are") {
  Findings findings;
  findings.sentences["loss"] = std::vector<Sentence>(14, {"x", {0}});
  const Table table = make_table(small_collection(), {}, findings);
  CHECK(table.notes.size() == 13);
  CHECK(table.notes.back() == "2 more verdicts are in report.json");
}

TEST_CASE("what was run on different models is not compared, and stands in blocks") {
  Collection all = small_collection();
  Cell other = table_cell("tova", 64, 1.0);
  other.parameters["model.path"] = "n";
  all.cells.push_back(other);
  const Table table = table_of(all);
  CHECK(table.row_keys == std::vector<std::string>{"policy", "model.path"});
  REQUIRE(table.rows.size() == 4);
  CHECK(table.rows[3].values == std::vector<std::string>{"tova", "n"});
  CHECK(table.rows[3].starts_block);
}

TEST_CASE("a limited cell is marked") {
  Collection all = small_collection();
  all.cells[0].limited = true;
  const Table table = table_of(all, {.rows = {"label"}});
  CHECK(table.rows[0].entries[0].limited);
  CHECK(table.counts == "5 of 5 planned cells (0 failed, 0 missing, 1 limited)");
  REQUIRE(table.notes.size() == 1);
  CHECK_THAT(table.notes[0], ContainsSubstring("limited: only the first samples"));
}

TEST_CASE("cells that are not done keep their place and are counted") {
  Collection all = small_collection();
  all.cells[0].state = CellState::kFailed;
  all.cells[1].state = CellState::kPartial;
  all.cells[2].state = CellState::kMissing;
  all.sweeps[0].has_manifest = false;
  const Table table = table_of(all);
  CHECK(table.rows[0].entries[0].is_planned);
  CHECK(table.rows[0].entries[0].state == CellState::kFailed);
  CHECK_FALSE(table.rows[0].entries[0].value);
  CHECK(table.counts ==
        "2 of 5 planned cells (1 failed, 1 partial, 1 missing, 0 limited); 5 of them have no "
        "sweep.json, so more may have "
        "been planned");
}

TEST_CASE("seeds in one place are averaged, with the error over them; anything else is refused") {
  Collection all = small_collection();
  for (const int seed : {1, 2, 3}) {
    Cell cell = table_cell("random", 64, 10.0 + seed * seed);
    cell.parameters["seed"] = seed;
    cell.id += std::to_string(seed);
    all.cells.push_back(cell);
  }
  const Table table = table_of(all);
  // Mean of 11, 14, 19; s^2 = 49/3 = (13.44 + 0.44 + 18.78) / 2 around 44/3.
  const TableEntry& entry = table.rows.back().entries[0];
  CHECK(*entry.value == approx(44.0 / 3.0));
  CHECK(*entry.standard_error == approx(std::sqrt(49.0 / 3.0 / 3.0)));
  CHECK(entry.cells.size() == 3);
  CHECK(input_error([&] { table_of(all, {.rows = {"model.path"}}); }) ==
        "5 cells share one entry of the table and differ in policy.name: add it to --rows or "
        "--columns, or select with --filter");
}

TEST_CASE("the same parameters with other contents are kept apart by the id") {
  Collection all = small_collection();
  Cell again = all.cells[0];
  again.id = "x";
  all.cells.push_back(again);
  CHECK(table_of(all).row_keys == std::vector<std::string>{"policy", "limited", "sweep", "id"});
  CHECK_THAT(input_error([&] { table_of(all, {.rows = {"label"}}); }),
             ContainsSubstring("and differ in id"));
}

TEST_CASE("values relative to a policy: differences and ratios, each to the same model") {
  Collection all = small_collection();
  for (size_t i = 0; i < 5; ++i) {
    Cell other = all.cells[i];
    other.parameters["model.path"] = "n";
    other.id += "n";
    other.metrics["loss"].value *= 10.0;
    all.cells.push_back(other);
  }
  const Table difference = table_of(all, {.relative_to = "full"});
  CHECK(difference.is_difference);
  CHECK(difference.title == "loss (nats) by state_size, less full");
  CHECK(*difference.rows[0].entries[0].value == approx(2.0));
  CHECK(*difference.rows[3].entries[0].value == approx(20.0));
  CHECK(*difference.rows[2].entries[2].value == 0.0);
  const Table ratio = table_of(all, {.relative_to = "tova", .relation = Relation::kRatio});
  CHECK(*ratio.rows[1].entries[1].value == approx(10.5 / 11.0));
  CHECK(*ratio.rows[4].entries[0].value == approx(130.0 / 120.0));
  // tova has no unbounded state, so full has nothing to be relative to.
  CHECK_FALSE(ratio.rows[2].entries[2].value);
  CHECK(ratio.notes ==
        std::vector<std::string>{"2 values are not shown: tova was not run on the same setup"});
}

TEST_CASE("marks of differences from a baseline, and their paired errors, come from the findings") {
  Findings findings;
  findings.standings[{"loss", 1}] = {.is_tied = true};
  findings.differences = {{{"loss", 0, 4}, {0.049, 0.25}},  // Either order of the two cells.
                          {{"loss", 4, 1}, {0.049, 0.5}},
                          {{"loss", 2, 4}, {0.051, 0.25}},
                          {{"loss", 0, 1}, {0.001, 1.0}}};
  const Table relative = make_table(small_collection(), {.relative_to = "full"}, findings);
  CHECK(relative.rows[0].entries[0].is_significant);
  CHECK(relative.rows[0].entries[0].standard_error == 0.25);
  CHECK_FALSE(relative.rows[1].entries[0].is_significant);
  CHECK_FALSE(relative.rows[0].entries[1].is_tied);
  CHECK(relative.rows[0].entries[1].is_significant);
  CHECK(relative.rows[0].entries[1].standard_error == 0.5);
  CHECK_THAT(relative.notes.at(0), ContainsSubstring("* differs from full (paired"));
}

TEST_CASE("filters keep cells by any field; several of them must all hold") {
  const Table table =
      table_of(small_collection(),
               {.filters = {parse_filter("label=tova,h2o"), parse_filter("state_size=128")}});
  CHECK(columns_of(table) == std::vector<std::vector<std::string>>{{"128"}});
  CHECK(table.rows.size() == 2);
  CHECK_THAT(table.title, ContainsSubstring("label = tova or h2o, state_size = 128"));
  CHECK(table.counts == "2 of 2 planned cells (0 failed, 0 missing, 0 limited)");
}

TEST_CASE("rows are sorted by a field or a metric, either way; what has no value is last") {
  const auto order = [](const std::string& sort) {
    std::string text;
    for (const TableRow& row : table_of(small_collection(), {.sort = sort}).rows) {
      text += row.values[0] + " ";
    }
    return text;
  };
  CHECK(order("") == "tova h2o full ");
  CHECK(order("label") == "full h2o tova ");
  CHECK(order("-label") == "tova h2o full ");
  // The last value of each: tova 11, h2o 10.5, full 10.
  CHECK(order("loss") == "full h2o tova ");
  CHECK(order("-loss") == "tova h2o full ");
  TableRequest sizes = {.rows = {"state_size"}, .columns = {"label"}, .sort = "-state_size"};
  const Table table = table_of(small_collection(), sizes);
  CHECK(table.rows[0].values[0] == "unbounded");
  CHECK(table.rows[1].values[0] == "128");
}

TEST_CASE("sorting by what cells were run on orders the blocks") {
  Collection all;
  all.sweeps = small_collection().sweeps;
  for (const int length : {512, 64, 2048}) {
    for (Cell cell : small_collection().cells) {
      cell.parameters["experiment.length"] = length;
      cell.id += std::to_string(length);
      all.cells.push_back(cell);
    }
  }
  const auto lengths = [&](const std::string& sort) {
    std::string text;
    for (const TableRow& row : table_of(all, {.sort = sort}).rows) {
      text += row.starts_block || text.empty() ? row.values[1] + " " : "";
    }
    return text;
  };
  CHECK(lengths("") == "512 64 2048 ");
  CHECK(lengths("loss") == "512 64 2048 ");
  CHECK(lengths("experiment.length") == "64 512 2048 ");
  CHECK(lengths("-experiment.length") == "2048 512 64 ");
}

TEST_CASE("several metrics and measures stand beside each other") {
  const Table table = table_of(small_collection(), {.metrics = {"loss", "tokens_per_s"}});
  REQUIRE(table.columns.size() == 6);
  CHECK(table.columns[3].metric == "tokens_per_s");
  CHECK(table.rows[0].entries[3].value == 988.0);
}

TEST_CASE("what no cell has is refused with what there is") {
  CHECK_THAT(refusal({.rows = {"policy.nam"}}),
             ContainsSubstring("--rows: no cell has 'policy.nam'; did you mean 'policy.name'?"));
  CHECK_THAT(refusal({.columns = {"size"}}), ContainsSubstring("--columns: no cell has 'size'"));
  CHECK_THAT(refusal({.metrics = {"los"}}),
             ContainsSubstring("--metric: no cell has 'los'; did you mean 'loss'?"));
  CHECK_THAT(refusal({.filters = {parse_filter("label=tov")}}),
             ContainsSubstring("--filter: no cell has label=tov; did you mean 'tova'?"));
  CHECK_THAT(refusal({.filters = {parse_filter("label=full"), parse_filter("state_size=64")}}),
             ContainsSubstring("none of 5 cells passes all filters"));
  CHECK_THAT(refusal({.sort = "seed"}), ContainsSubstring("--sort: 'seed' is neither a field"));
  CHECK_THAT(refusal({.relative_to = "ful"}),
             ContainsSubstring("--relative-to: no cell has the label 'ful'"));
  for (const char* text : {"label", "=x", "label="}) {
    CHECK_THAT(input_error([&] { parse_filter(text); }),
               ContainsSubstring("is not KEY=VALUE[,VALUE...]"));
  }
}

}  // namespace multistate::test::pivot_test
