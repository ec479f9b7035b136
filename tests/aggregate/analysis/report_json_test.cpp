#include <cmath>
#include <limits>

#include "multistate/base/random.h"

#include "aggregate/analysis/cells.h"
#include "support/catch.h"

namespace multistate::aggregate::test::report_json_test {
namespace {

nlohmann::json report_of(Cells& cells, const AnalysisOptions& options = {}) {
  return to_json(cells.analyze(options), cells.collection());
}

}  // namespace

TEST_CASE("a report holds sweeps, cells and groups") {
  Cells cells;
  cells.add("tova", 64, {21, 23, 19, 21});
  cells.add("full", 0, {20, 22, 18, 20});
  cells.add("h2o", 64, {20});
  cells[2].state = CellState::kFailed;
  cells[2].error = "no";
  cells[2].metrics.clear();
  cells[0].series["nll_by_place"] = {{1, 2, {3.5, 0.5, 4, false, "nats/token"}, "step"}};
  cells.collection().problems = {{"results/x.json", "is no JSON"}};
  const auto report = report_of(cells);
  CHECK(report.at("schema") == nlohmann::json{{"name", "multistate.report"}, {"version", 3}});
  CHECK(report.at("sweeps").at(0) ==
        nlohmann::json::parse(R"({"name": "made", "folder": "results/made", "planned": 3, "done": 2,
          "failed": 1, "partial": 0, "missing": 0, "limited": 0})"));
  CHECK(report.at("problems") ==
        nlohmann::json::parse(R"([{"path": "results/x.json", "what": "is no JSON"}])"));
  CHECK(report.at("metrics").at(0) ==
        nlohmann::json::parse(R"({"name": "nll", "unit": "nats/token", "higher_is_better": false,
          "headline": true})"));
  CHECK(
      report.at("series") ==
      nlohmann::json::parse(
          R"([{"name": "nll_by_place", "axis": "step", "unit": "nats/token", "labelled": false}])"));
  const auto& cell = report.at("cells").at(0);
  CHECK(cell.at("label") == "tova");
  CHECK(cell.at("samples").at("nll").at(1) == nlohmann::json{23.0, 10.0});
  CHECK(cell.at("series").at("nll_by_place").at(0).at("value") == 3.5);
  const auto& metric = cell.at("metrics").at("nll");
  CHECK(metric.at("value").get<double>() == approx(2.1));
  CHECK(metric.at("low").get<double>() < 2.1);
  // The interval of an exponential is the exponential of the interval.
  CHECK(cell.at("metrics").at("perplexity").at("high").get<double>() ==
        approx(std::exp(metric.at("high").get<double>())));
  CHECK(report.at("cells").at(2).at("error") == "no");
  const auto& group = report.at("groups").at(0);
  CHECK(group.at("baseline") == "1");
  CHECK(group.at("cells") == nlohmann::json{"0", "1"});
  CHECK(group.at("comparisons").at(0).at("a") == "0");
  CHECK(group.at("comparisons").at(0).at("b") == "1");
  // Four equal differences: two of 2^4 sign patterns are as extreme.
  CHECK(group.at("comparisons").at(0).at("question") == "full");
  CHECK(group.at("comparisons").at(0).at("test") == "sign-flip permutation");
  CHECK(group.at("comparisons").at(0).at("p") == 0.125);
  CHECK(group.at("best").at(0).at("verdict") == "cannot tell");
  CHECK(group.at("best").at(0).at("sentence") == "tova has nothing to be compared with");
  CHECK(group.at("best").at(0).at("label") == "tova");
  CHECK(group.at("best").at(0).at("versus_full").at("p") == 0.125);
  CHECK(group.at("best").at(0).at("versus_runner_up").is_null());
  CHECK(group.at("notes").size() == 1);
  CHECK(group.at("smallest_state").at(0).at("label") == "tova");
}

TEST_CASE("numbers that JSON does not have are text") {
  Cells cells;
  cells.add("tova", 64, {21, 23, 19, 21});
  cells.add("full", 0, {20, 22, 18, 20});
  cells[0].metrics["nll"].value = std::numeric_limits<double>::infinity();
  cells[0].samples["nll"][0].numerator = std::numeric_limits<double>::infinity();
  const auto report = report_of(cells);
  CHECK(report.at("cells").at(0).at("metrics").at("nll").at("value") == "inf");
  CHECK(report.at("cells").at(0).at("samples").at("nll").at(0) == nlohmann::json{"inf", 10.0});
  CHECK(report.at("groups").at(0).at("comparisons").at(0).at("difference") == "inf");
  CHECK(report.at("groups").at(0).at("comparisons").at(0).at("p").is_null());
  CHECK_NOTHROW(report.dump());
}

TEST_CASE("a report of no cells is one") {
  Cells cells;
  const auto report = report_of(cells);
  CHECK(report.at("cells").empty());
  CHECK(report.at("groups").empty());
}

TEST_CASE("provenance holds each different thing once, and the time from first to last") {
  Cells cells;
  for (const char* started : {"2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"}) {
    const size_t cell = cells.add("tova", 64, {21, 23});
    cells[cell].context = {{"program", {{"version", "0.1.0"}}},
                           {"machine", {{"host", "vm"}, {"load_average", {cell, 0, 0}}}},
                           {"slurm", nlohmann::json::object()},
                           {"inputs", {{"model_sha256", "ab"}}},
                           {"started", started},
                           {"finished", started}};
  }
  const auto provenance = report_of(cells).at("provenance");
  CHECK(provenance.at("programs") == nlohmann::json::parse(R"([{"version": "0.1.0"}])"));
  CHECK(provenance.at("machines") == nlohmann::json::parse(R"([{"host": "vm"}])"));
  CHECK(provenance.at("models") ==
        nlohmann::json::parse(R"([{"path": "m.gguf", "sha256": "ab"}])"));
  CHECK(provenance.at("slurm").empty());
  CHECK(provenance.at("started") == "2026-01-01T00:00:00Z");
  CHECK(provenance.at("finished") == "2026-01-02T00:00:00Z");
}

TEST_CASE("ten thousand cells are analysed in seconds, whether many policies or many models",
          "[slow]") {
  const int policies = GENERATE(7, 1250);
  CAPTURE(policies);
  Cells cells;
  Random random({1});
  for (int i = 0; i < 10000; ++i) {
    const int group = i / (policies * 8);
    std::vector<double> losses;
    for (int sample = 0; sample < 24; ++sample) {
      losses.push_back(20.0 + random.uniform());
    }
    // Every group has its full model in the place of one cell.
    const bool full = i % (policies * 8) == 0;
    const size_t cell = cells.add(full ? "full" : "p" + std::to_string(i % policies),
                                  full ? 0 : 64 << (i / policies % 8), losses);
    cells[cell].parameters["experiment.context_length"] = 1024 + group;
  }
  const Analysis analysis = cells.analyze();
  const size_t bytes = to_json(analysis, cells.collection()).dump().size();
  CAPTURE(bytes);
  CHECK(analysis.groups.at(0).comparisons.size() > 100);
  CHECK(bytes < 30'000'000);
}

}  // namespace multistate::aggregate::test::report_json_test
