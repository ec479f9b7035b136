#include "multistate/aggregate/collect.h"

#include <algorithm>
#include <array>

#include "aggregate/support/made_sweep.h"
#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"

namespace multistate::test::collect_test {
namespace {

namespace fs = std::filesystem;
using aggregate::Cell;
using aggregate::collect;
using aggregate::Collection;

Collection collect_one(const fs::path& folder) {
  const std::array folders = {folder};
  return collect(folders);
}

MadeCell made(const std::string& policy, int64_t size) {
  return {.policy = policy, .state_size = size, .samples = {{200.0}, {260.0, 110}}};
}

std::vector<std::string> ids_of(const Collection& collection) {
  std::vector<std::string> ids;
  for (const Cell& cell : collection.cells) {
    ids.push_back(cell.id);
  }
  return ids;
}

}  // namespace

TEST_CASE("a sweep is read with all that its manifest plans, in its order") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder / "s", "four");
  const auto failed = sweep.failed(made("h2o", 64), "no more memory");
  const auto done = sweep.done(made("tova", 128));
  const auto partial = sweep.partial(made("tova", 64));
  const auto missing = sweep.missing(made("h2o", 128));
  sweep.write_manifest();
  const Collection all = collect_one(folder / "s");
  CHECK(all.problems.empty());
  REQUIRE(all.sweeps.size() == 1);
  CHECK(all.sweeps[0].name == "four");
  CHECK(all.sweeps[0].planned == 4);
  CHECK(all.sweeps[0].has_manifest);
  CHECK(ids_of(all) == std::vector{failed, done, partial, missing});
  CHECK(all.cells[0].state == CellState::kFailed);
  CHECK(all.cells[0].error == "no more memory");
  CHECK(all.cells[1].state == CellState::kDone);
  CHECK(all.cells[2].state == CellState::kPartial);
  CHECK(all.cells[3].state == CellState::kMissing);
  CHECK(all.cells[3].parameters.at("state_size") == 128);
  CHECK(all.count(CellState::kDone) == 1);
}

TEST_CASE("a cell holds what its result says") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder / "s");
  MadeCell cell = made("tova", 128);
  cell.options = {{"sinks", 4}, {"scope", "layer"}};
  cell.seed = 7;
  cell.limited = true;
  const nlohmann::json point = {
      {"value", 1.0}, {"stderr", nullptr},           {"n", 2},           {"higher_is_better", true},
      {"unit", ""},   {"axis", "distance (tokens)"}, {"first_place", 0}, {"end_place", 10}};
  cell.changes = {{"warnings", {"long samples"}},
                  {"parameters", {{"state_fraction", 0.25}}},
                  {"series", {{"recall", {point}}}}};
  sweep.done(cell);
  sweep.write_manifest();
  const Collection all = collect_one(folder / "s");
  REQUIRE(all.cells.size() == 1);
  const Cell& read = all.cells[0];
  CHECK(read.limited);
  CHECK(read.parameters.at("policy.name") == "tova");
  CHECK(read.parameters.at("policy.sinks") == 4);
  CHECK(read.parameters.at("experiment.context_length") == 512);
  CHECK(read.parameters.at("model.path") == "model.gguf");
  CHECK(read.parameters.at("seed") == 7);
  CHECK(read.parameters.at("state_fraction") == 0.25);
  CHECK(read.parameters.count("limit") == 0);
  // 460 nats over 210 tokens.
  CHECK(read.metrics.at("nll").value == approx(460.0 / 210.0));
  CHECK(read.metrics.at("nll").unit == "nats/token");
  REQUIRE(read.series.at("nll_by_place").size() == 3);
  CHECK(read.series.at("nll_by_place")[2].first_place == 4);
  CHECK(read.series.at("nll_by_place")[2].end_place == 8);
  CHECK(read.series.at("nll_by_place")[2].axis == "place in the text");
  CHECK(read.series.at("recall").at(0).axis == "distance (tokens)");
  CHECK(read.measures.at("tokens_per_s") == 100.0);
  CHECK(read.measures.at("state_bytes") == 128000.0);
  CHECK(read.measures.at("seconds_total") == 3.0);
  CHECK(read.measures.at("rows_peak") == 128.0);
  CHECK(read.warnings == std::vector<std::string>{"long samples"});
  CHECK(read.context.at("program").at("commit") == "c0ffee");
  const auto& scores = read.samples.at("perplexity");
  REQUIRE(scores.size() == 2);
  CHECK(scores[1].sample == 1);
  CHECK(scores[1].numerator == 260.0);
  CHECK(scores[1].denominator == 110.0);
}

TEST_CASE("a null in the config is no parameter: the full state has no size") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder / "s");
  sweep.done({.policy = "full", .samples = {{1.0}, {2.0}}});
  sweep.write_manifest();
  CHECK(collect_one(folder / "s").cells[0].parameters.count("state_size") == 0);
}

TEST_CASE("folders at any depth, named twice or within each other, give each sweep once, by path") {
  const TemporaryFolder folder;
  MadeSweep later(folder / "b");
  later.done(made("tova", 64));
  later.write_manifest();
  MadeSweep deep(folder.path() / "a" / "x" / "y");
  deep.done(made("h2o", 64));
  deep.write_manifest();
  MadeSweep within(folder.path() / "b" / "more");
  within.done(made("window", 64));
  within.write_manifest();
  fs::create_directories(folder.path() / "b" / "report");
  const std::array folders = {folder.path() / "b", folder.path(), folder.path() / "b" / "cells",
                              fs::path(folder.path().string() + "/b/")};
  const Collection all = collect(folders);
  CHECK(all.problems.empty());
  REQUIRE(all.sweeps.size() == 3);
  CHECK(all.sweeps[0].folder == folder.path() / "a" / "x" / "y");
  CHECK(all.sweeps[1].folder == folder.path() / "b");
  CHECK(all.sweeps[2].folder == folder.path() / "b" / "more");
  CHECK(all.cells.size() == 3);
}

TEST_CASE("the folder of cells stands for its sweep; a cell alone for itself") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder / "s", "two");
  const auto id = sweep.done(made("tova", 64));
  sweep.missing(made("tova", 128));
  sweep.write_manifest();
  const Collection cells = collect_one(folder.path() / "s" / "cells");
  CHECK(cells.sweeps[0].name == "two");
  CHECK(cells.sweeps[0].planned == 2);
  const Collection alone = collect_one(sweep.cell_folder(id));
  CHECK_FALSE(alone.sweeps[0].has_manifest);
  CHECK(alone.sweeps[0].planned == 1);
  CHECK(ids_of(alone) == std::vector{id});
}

TEST_CASE("cells without a manifest are read, and it is known that they have none") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder / "s");
  sweep.done(made("tova", 64));
  sweep.failed(made("tova", 128), "no");
  const Collection all = collect_one(folder.path());
  REQUIRE(all.sweeps.size() == 1);
  CHECK(all.sweeps[0].name == "s");
  CHECK_FALSE(all.sweeps[0].has_manifest);
  CHECK(all.sweeps[0].planned == 2);
  CHECK(all.count(CellState::kFailed) == 1);
  CHECK(all.problems.empty());
}

TEST_CASE("a cell that two sweeps plan is there once, done if it is done in one") {
  const TemporaryFolder folder;
  MadeSweep first(folder / "a");
  first.missing(made("tova", 64));
  first.done(made("tova", 128));
  first.write_manifest();
  MadeSweep second(folder / "b");
  const auto done = second.done(made("tova", 64));
  MadeCell other = made("tova", 128);
  other.changes = {{"metrics", {{"nll", {{"value", 9.0}}}}}};
  other.says_how = false;
  second.done(other);
  second.done(made("h2o", 64));
  second.write_manifest();
  const Collection all = collect_one(folder.path());
  CHECK(all.problems.empty());
  REQUIRE(all.cells.size() == 3);
  CHECK(all.sweeps[0].planned == 2);
  CHECK(all.sweeps[1].planned == 1);
  CHECK(all.cells[0].state == CellState::kDone);
  CHECK(all.cells[0].folder == second.cell_folder(done));
  CHECK(all.cells[0].sweep == 0);
  REQUIRE(all.cells[1].warnings.size() == 1);
  CHECK_THAT(all.cells[1].warnings[0], ContainsSubstring("has other values of the same cell"));
  CHECK(all.cells[1].metrics.at("nll").value == approx(460.0 / 210.0));
}

TEST_CASE("a label names the options in which the cells of a policy differ") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder / "s");
  for (const int sinks : {0, 4}) {
    MadeCell cell = made("streaming", 64);
    cell.options = {{"sinks", sinks}, {"scope", "kv_head"}};
    sweep.done(cell);
  }
  MadeCell same = made("tova", 64);
  same.options = {{"sinks", 9}};
  sweep.done(same);
  sweep.write_manifest();
  const Collection all = collect_one(folder.path());
  CHECK(all.cells[0].label == "streaming sinks=0");
  CHECK(all.cells[1].label == "streaming sinks=4");
  CHECK(all.cells[2].label == "tova");
}

TEST_CASE("policies by layer are called by the policies of their ranges") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder / "s");
  const auto by_layer = [](const nlohmann::json& later) {
    MadeCell cell = made("by_layer", 64);
    const nlohmann::json full = {{"name", "full"}, {"version", 1}};
    cell.options = {{"layers", {{"0-1", full}, {"2-9", later}, {"10-", later}}}};
    return cell;
  };
  sweep.done(by_layer({{"name", "h2o"}, {"version", 1}, {"sinks", 0}}));
  sweep.done(by_layer({{"name", "h2o"}, {"version", 1}, {"sinks", 4}}));
  sweep.done(by_layer({{"name", "tova"}, {"version", 2}, {"sinks", 0}}));
  sweep.done(by_layer({{"name", "full"}, {"version", 1}}));
  for (const int version : {1, 2}) {
    sweep.done(by_layer({{"name", "knorm"}, {"version", version}}));
  }
  sweep.write_manifest();
  const Collection all = collect_one(folder.path());
  CHECK(all.cells[0].label == "0-1=full 2-9=h2o 10-=h2o layers.10-.sinks=0 layers.2-9.sinks=0");
  CHECK(all.cells[1].name ==
        "0-1=full cache 2-9=H2O 10-=H2O layers.10-.sinks=4 layers.2-9.sinks=4");
  CHECK(all.cells[2].label == "0-1=full 2-9=tova 10-=tova");
  // The same in all layers is the policy itself.
  CHECK(all.cells[3].label == "full");
  CHECK(all.cells[3].name == "full cache");
  // Two versions of a policy are not the same measurement.
  CHECK(all.cells[4].label != all.cells[5].label);
}

TEST_CASE("policies are called by their authors' names, each label by its own") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder / "s");
  for (const char* policy : {"h2o", "H2O", "streaming", "full", "mine", "a\n<b>\x1b[31m"}) {
    sweep.done(made(policy, 64));
  }
  // A policy of a plug-in; the cell that failed says nothing of its name.
  MadeCell plugged = made("plugged", 64);
  plugged.changes = {{"policy", {{"role", "policy"}, {"display_name", "Plugged-In"}}}};
  sweep.done(plugged);
  sweep.failed(made("plugged", 128), "broke");
  sweep.write_manifest();
  std::map<std::string, std::string> names;
  for (const Cell& cell : collect_one(folder.path()).cells) {
    names[cell.label] = cell.name;
  }
  CHECK(names == std::map<std::string, std::string>{{"h2o", "H2O (2)"},
                                                    {"H2O", "H2O"},
                                                    {"streaming", "StreamingLLM"},
                                                    {"full", "full cache"},
                                                    {"mine", "mine"},
                                                    {"plugged", "Plugged-In"},
                                                    {"a\n<b>\x1b[31m", "a <b> [31m"}});
}

TEST_CASE("a cell that was not done has what all others of its sweep have") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder / "s");
  MadeCell cell = made("streaming", 64);
  cell.options = {{"sinks", 4}};
  sweep.done(cell);
  sweep.missing(made("tova", 64));
  sweep.write_manifest();
  const Collection all = collect_one(folder.path());
  CHECK(all.cells[1].parameters.at("model.path") == "model.gguf");
  CHECK(all.cells[1].parameters.at("policy.name") == "tova");
  CHECK(all.cells[1].parameters.count("policy.sinks") == 0);
}

TEST_CASE("no folder, no results: an error that says so") {
  const TemporaryFolder folder;
  CHECK_THAT(input_error([&] { collect_one(folder / "none"); }),
             ContainsSubstring("none: is not a folder"));
  CHECK_THAT(input_error([&] { collect_one(folder.path()); }),
             ContainsSubstring("holds no results: no sweep.json and no result.json"));
  write_text(folder / "sweep.json", "{");
  CHECK_THAT(input_error([&] { collect_one(folder.path()); }),
             ContainsSubstring("sweep.json: cannot be read as JSON: torn, or not ours"));
}

TEST_CASE("the fingerprint changes when a cell is done") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder / "s");
  sweep.missing(made("tova", 128));
  sweep.write_manifest();
  const std::array folders = {folder.path()};
  const auto before = aggregate::fingerprint(folders);
  CHECK(before == aggregate::fingerprint(folders));
  sweep.done(made("tova", 128));
  CHECK(before != aggregate::fingerprint(folders));
}

}  // namespace multistate::test::collect_test
