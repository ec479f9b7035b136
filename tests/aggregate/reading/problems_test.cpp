// Torn, foreign and misplaced files: named, passed over, and the rest is right.

#include <array>
#include <cmath>
#include <functional>

#include <sys/stat.h>

#include "multistate/aggregate/collect.h"

#include "aggregate/support/made_sweep.h"
#include "support/catch.h"
#include "support/temporary_folder.h"

namespace multistate::test::problems_test {
namespace {

namespace fs = std::filesystem;
using aggregate::Collection;
using nlohmann::json;

/// A sweep of a cell that is left alone and one that `spoil` gets the folder of.
struct Spoiled {
  Collection all;
  std::vector<std::string> problems;  ///< "<file>: <what>".

  explicit Spoiled(const std::function<void(const fs::path&)>& spoil) {
    const TemporaryFolder folder;
    MadeSweep sweep(folder / "s");
    const auto spoiled =
        sweep.done({.policy = "tova", .state_size = 64, .samples = {{200.0}, {220.0}}});
    sweep.done({.policy = "h2o", .state_size = 64, .samples = {{210.0}, {230.0}}});
    sweep.write_manifest();
    spoil(sweep.cell_folder(spoiled));
    const std::array folders = {folder.path()};
    all = aggregate::collect(folders);
    for (const Problem& problem : all.problems) {
      problems.push_back(problem.path.filename().string() + ": " + problem.what);
    }
  }

  /// Exactly one problem, and the other cell is there.
  std::string problem() const {
    CHECK(all.cells.size() == 2);
    CHECK(all.cells.at(1).state == CellState::kDone);
    CHECK(all.sweeps.at(0).planned == 2);
    CAPTURE(problems);
    REQUIRE(problems.size() == 1);
    return problems.front();
  }
};

void patch(const fs::path& path, const json& changes) {
  json content = json::parse(read_text(path));
  content.merge_patch(changes);
  write_text(path, content.dump());
}

std::string after_patch(const json& changes) {
  const Spoiled spoiled([&](const fs::path& cell) { patch(cell / "result.json", changes); });
  CHECK(spoiled.all.cells.at(0).state == CellState::kMissing);
  CHECK(spoiled.all.cells.at(0).metrics.empty());
  return spoiled.problem();
}

std::string after_samples(const std::string& text) {
  const Spoiled spoiled([&](const fs::path& cell) { write_text(cell / "samples.jsonl", text); });
  CHECK(spoiled.all.cells.at(0).state == CellState::kDone);
  CHECK(spoiled.all.cells.at(0).samples.empty());
  CHECK(spoiled.all.cells.at(0).warnings ==
        std::vector<std::string>{"samples.jsonl cannot be used: no paired tests for this cell"});
  return spoiled.problem();
}

std::string line(int sample, const std::string& values) {
  return "{\"sample\": " + std::to_string(sample) + ", \"values\": {" + values + "}}\n";
}

const std::string kValues = R"("nll_sum": 200.0, "scored_tokens": 100, "bytes": 400)";

}  // namespace

TEST_CASE("a torn result is named, and the cell is what its other files say") {
  const Spoiled torn([](const fs::path& cell) {
    const std::string text = read_text(cell / "result.json");
    write_text(cell / "result.json", text.substr(0, text.size() / 2));
  });
  CHECK(torn.problem() == "result.json: cannot be read as JSON: torn, or not ours");
  CHECK(torn.all.cells[0].state == CellState::kMissing);
  const Spoiled with_partial([](const fs::path& cell) {
    write_text(cell / "result.json", "");
    write_text(cell / "samples.partial.jsonl", "");
  });
  CHECK(with_partial.all.cells[0].state == CellState::kPartial);
}

TEST_CASE("foreign results and other versions are named with what they are") {
  CHECK(after_patch({{"schema", {{"name", "other"}}}}) ==
        "result.json: is not a multistate.result");
  for (const nlohmann::json& version :
       {nlohmann::json(3), nlohmann::json(0), nlohmann::json(1.5)}) {
    CHECK(after_patch({{"schema", {{"version", version}}}}) ==
          "result.json: has schema version " + version.dump() + ", this program reads 1 to 2");
  }
  CHECK(after_patch({{"cell_id", "b"}}) == "result.json: is the result of another cell, \"b\"");
  CHECK(after_patch({{"status", "error"}}) == "result.json: does not have the status \"ok\"");
}

TEST_CASE("a result with a field missing or of another type is named with the field") {
  CHECK_THAT(after_patch({{"metrics", nullptr}}), ContainsSubstring("'metrics' is missing"));
  CHECK_THAT(after_patch({{"metrics", {{"nll", {{"n", "two"}}}}}}),
             ContainsSubstring("metrics.nll: 'n' is '\"two\"'; expected an integer"));
  CHECK_THAT(after_patch({{"context", {{"inputs", "x"}}}}),
             ContainsSubstring("'inputs' is '\"x\"'; expected an object"));
  CHECK_THAT(after_patch({{"warnings", {1}}}),
             ContainsSubstring("warnings: is '1'; expected a text"));
  CHECK_THAT(after_patch({{"series", {{"x", 3}}}}), ContainsSubstring("series.x: is '3'"));
  const nlohmann::json point = {
      {"value", 1}, {"stderr", nullptr}, {"n", 1},           {"higher_is_better", true},
      {"unit", ""}, {"axis", 3},         {"first_place", 0}, {"end_place", 1}};
  CHECK_THAT(after_patch({{"series", {{"x", {point}}}}}),
             ContainsSubstring("series.x[0]: 'axis' is '3'; expected a string"));
  const nlohmann::json columns = {{"first_place", {0, 1}}, {"value", {1.5}}};
  CHECK_THAT(after_patch({{"series", {{"x", columns}}}}),
             ContainsSubstring("series.x: 'value' is '[1.5]'; expected a list of 2, as many as "
                               "there are places"));
  CHECK_THAT(after_patch({{"counts", {{"limited", 0}}}}), ContainsSubstring("'limited' is '0'"));
}

TEST_CASE("a map that is not whole is named with the place") {
  const auto map = [](const char* key, const nlohmann::json& value) {
    nlohmann::json made = {{"x", {{"name", "position"}, {"ticks", {0, 8}}}},
                           {"y", {{"name", "kind"}, {"ticks", {"a", "b"}}}},
                           {"unit", ""},
                           {"values", {{1.5, 2}, {0, 1}}}};
    made[key] = value;
    return nlohmann::json{{"maps", {{"m", made}}}};
  };
  CHECK_THAT(after_patch(map("x", 3)), ContainsSubstring("maps.m: 'x' is not an object"));
  CHECK_THAT(after_patch(map("x", {{"ticks", {0, 8}}})),
             ContainsSubstring("maps.m.x: the key 'name' is missing"));
  CHECK_THAT(
      after_patch(map("y", {{"name", "kind"}, {"ticks", {"a", 1}}})),
      ContainsSubstring("maps.m.y: expected 'ticks' to be a list of numbers or a list of texts"));
  CHECK_THAT(after_patch(map("unit", 1)), ContainsSubstring("maps.m: 'unit' is '1'"));
  for (const char* values : {"[[1, 2]]", "\"x\"", "[[1, 2], [1, \"x\"]]", "[[1, 2], [1, 2, 3]]"}) {
    CHECK_THAT(after_patch(map("values", nlohmann::json::parse(values))),
               ContainsSubstring("maps.m: expected 'values' to be 2 rows of 2 numbers or nulls"));
  }
  CHECK_THAT(after_patch({{"maps", {{"m", 1}}}}), ContainsSubstring("maps.m: is '1'"));
}

TEST_CASE("fields that a later program adds are passed over") {
  const Spoiled more([](const fs::path& cell) {
    patch(cell / "result.json", {{"mood", "good"}, {"perf", {{"joules", 3.5}}}});
  });
  CHECK(more.problems.empty());
  CHECK(more.all.cells[0].measures.at("joules") == 3.5);
}

TEST_CASE("deep nesting, a pipe and a folder in the place of a result are refused") {
  const Spoiled deep(
      [](const fs::path& cell) { write_text(cell / "result.json", std::string(100000, '[')); });
  CHECK(deep.problem() == "result.json: is nested more than 64 deep");
  const Spoiled pipe([](const fs::path& cell) {
    fs::remove(cell / "result.json");
    REQUIRE(::mkfifo((cell / "result.json").c_str(), 0600) == 0);
  });
  CHECK(pipe.problem() == "result.json: is not a file");
}

TEST_CASE("samples that the result was not made of are not used") {
  const auto with_digest = [](const std::string& digest) {
    return Spoiled([&](const fs::path& cell) {
      patch(cell / "result.json", {{"samples_sha256", digest}});
    });
  };
  const Spoiled changed = with_digest(std::string(64, '0'));
  CHECK(changed.problem() == "samples.jsonl: does not have the digest that result.json names");
  CHECK(changed.all.cells[0].state == CellState::kDone);
  CHECK(changed.all.cells[0].samples.empty());
  CHECK_THAT(after_patch({{"samples_sha256", 5}}),
             ContainsSubstring("'samples_sha256' is '5'; expected a string"));
}

TEST_CASE("samples that are torn, out of order, short or of another run are not used") {
  CHECK(after_samples(line(0, kValues) + "{\"sample\": 1, \"val") ==
        "samples.jsonl: line 2 is torn, or no JSON");
  CHECK(after_samples(line(1, kValues)) == "samples.jsonl: line 1 is not that of sample 0");
  CHECK(after_samples(line(0, R"("nll_sum": 1)")) ==
        "samples.jsonl: line 1: 'values' has no number 'bytes'");
  CHECK(after_samples(line(0, kValues)) ==
        "samples.jsonl: holds 1 samples; result.json has 2 for bits_per_byte");
  CHECK_THAT(after_samples(line(0, kValues) + line(1, kValues)),
             ContainsSubstring("its samples do not make the bits_per_byte of result.json"));
}

TEST_CASE("numbers of samples that JSON has not are read from their text") {
  const Spoiled infinite([](const fs::path& cell) {
    const std::string values = R"("nll_sum": "inf", "scored_tokens": 100, "bytes": 400)";
    write_text(cell / "samples.jsonl", line(0, kValues) + line(1, values));
    for (const char* name : {"nll", "perplexity", "bits_per_byte"}) {
      patch(cell / "result.json",
            {{"metrics", {{name, {{"value", nullptr}, {"value_text", "inf"}}}}}});
    }
    // A merge patch takes members away that are null.
    json result = json::parse(read_text(cell / "result.json"));
    for (auto& metric : result["metrics"]) {
      metric["value"] = nullptr;
      metric["stderr"] = nullptr;
    }
    write_text(cell / "result.json", result.dump());
  });
  CHECK(infinite.problems.empty());
  CHECK(std::isinf(infinite.all.cells[0].samples.at("nll")[1].numerator));
}

TEST_CASE("what a policy is for, and what its samples are drawn by, are read from the result") {
  const auto role_after = [](const json& changes) {
    const Spoiled spoiled([&](const fs::path& cell) { patch(cell / "result.json", changes); });
    CHECK(spoiled.problems.empty());
    return spoiled.all.cells.at(0).role;
  };
  CHECK(role_after(json::object()) == Role::kPolicy);
  CHECK(role_after({{"policy", {{"role", "control"}}}}) == Role::kControl);
  CHECK(role_after({{"policy", {{"role", "baseline"}}}}) == Role::kBaseline);
  // Before there were roles, a result said only that its policy sees the future.
  CHECK(role_after({{"context", {{"inputs", {{"sees_future", true}}}}}}) == Role::kReference);
  CHECK(after_patch({{"policy", {{"role", "judge"}}}}) ==
        "result.json: policy.role: is 'judge'; expected policy, baseline, control or reference");
  CHECK_THAT(after_patch({{"resampling", {{"unit", "haystack"}}}}), ContainsSubstring("'key'"));
}

TEST_CASE("standard errors are over units where samples share one") {
  const json clustered = {{"resampling", {{"unit", "haystack"}, {"key", "haystack"}}}};
  const std::string half = R"(, "scored_tokens": 100, "bytes": 400, "haystack": )";
  const Spoiled spoiled([&](const fs::path& cell) {
    patch(cell / "result.json", clustered);
    patch(cell / "result.json",
          {{"metrics",
            {{"nll", {{"value", 2.1}, {"n", 4}}},
             {"perplexity", {{"value", std::exp(2.1)}, {"n", 4}}},
             {"bits_per_byte", {{"value", 0.525 / std::log(2.0)}, {"n", 4}}}}}});
    write_text(cell / "samples.jsonl", line(0, R"("nll_sum": 190.0)" + half + "\"a\"") +
                                           line(1, R"("nll_sum": 230.0)" + half + "7") +
                                           line(2, R"("nll_sum": 200.0)" + half + "\"a\"") +
                                           line(3, R"("nll_sum": 220.0)" + half + "7"));
  });
  CHECK(spoiled.problems.empty());
  const aggregate::Cell& cell = spoiled.all.cells.at(0);
  CHECK(cell.unit == "haystack");
  CHECK(cell.units == std::vector<int64_t>{0, 1, 0, 1});
  // Means of the two haystacks: 1.95 and 2.25; numpy.std([1.95, 2.25], ddof=1) / sqrt(2) = 0.15.
  CHECK(*cell.metrics.at("nll").standard_error == approx(0.15));
  CHECK(*cell.metrics.at("perplexity").standard_error == approx(0.15 * std::exp(2.1)));

  const Spoiled without([&](const fs::path& folder) { patch(folder / "result.json", clustered); });
  CHECK(without.problem() ==
        "samples.jsonl: line 1: 'values' has no text or integer 'haystack', which says what the "
        "sample belongs to");
}

TEST_CASE("missing samples are a warning of the cell; metrics that do not use them need none") {
  const Spoiled gone([](const fs::path& cell) { fs::remove(cell / "samples.jsonl"); });
  CHECK(gone.problems.empty());
  REQUIRE(gone.all.cells[0].warnings.size() == 1);
  CHECK_THAT(gone.all.cells[0].warnings[0], ContainsSubstring("samples.jsonl is missing"));
}

TEST_CASE("files of nobody are named; what a run leaves aside is not") {
  const Spoiled foreign([](const fs::path& cell) {
    write_text(cell / "notes.txt", "x");
    write_text(cell / "log.txt", "x");
    write_text(cell / "result.json.rejected-1", "x");
    write_text(cell / ".hidden", "x");
  });
  CHECK(foreign.problem() == "notes.txt: does not belong to a cell");
  const Spoiled unplanned(
      [](const fs::path& cell) { fs::copy(cell, cell.parent_path() / "older"); });
  CHECK_THAT(unplanned.problem(),
             ContainsSubstring("older: skipped: not in the current sweep.json"));
}

TEST_CASE("an error that cannot be read leaves the cell failed; a partial one of another is none") {
  const Spoiled error([](const fs::path& cell) {
    fs::remove(cell / "result.json");
    write_text(cell / "error.json", "oops");
  });
  CHECK(error.problem() == "error.json: cannot be read as JSON: torn, or not ours");
  CHECK(error.all.cells[0].state == CellState::kFailed);
  CHECK(error.all.cells[0].error == "error.json cannot be read");
  const Spoiled partial([](const fs::path& cell) {
    fs::remove(cell / "result.json");
    write_text(cell / "samples.partial.jsonl", "{\"cell_id\": \"other\"}\n");
  });
  CHECK(partial.problem() == "samples.partial.jsonl: holds the samples of another cell");
  CHECK(partial.all.cells[0].state == CellState::kMissing);
}

TEST_CASE("a torn manifest is named, and the cells below it are read without it") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder / "s");
  sweep.done({.policy = "tova", .state_size = 64, .samples = {{200.0}, {220.0}}});
  write_text(folder.path() / "s" / "sweep.json", "{\"schema\": ");
  const std::array folders = {folder.path()};
  const Collection all = aggregate::collect(folders);
  REQUIRE(all.problems.size() == 1);
  CHECK(all.problems[0].path.filename() == "sweep.json");
  CHECK_THAT(all.problems[0].what, ContainsSubstring("cannot be read as JSON: torn, or not ours"));
  CHECK(all.cells.size() == 1);
  CHECK_FALSE(all.sweeps.at(0).has_manifest);
}

TEST_CASE("a manifest that lists a cell twice counts it once") {
  const TemporaryFolder folder;
  MadeSweep sweep(folder / "s");
  const MadeCell cell = {.policy = "tova", .state_size = 64, .samples = {{200.0}, {220.0}}};
  sweep.done(cell);
  sweep.missing(cell);
  sweep.write_manifest();
  const std::array folders = {folder.path()};
  const Collection all = aggregate::collect(folders);
  CHECK(all.cells.size() == 1);
  CHECK(all.sweeps[0].planned == 1);
  REQUIRE(all.problems.size() == 1);
  CHECK_THAT(all.problems[0].what, ContainsSubstring("in its sweep"));
}

TEST_CASE("a manifest that names what no folder can be called costs that cell") {
  const Spoiled spoiled([](const fs::path& cell) {
    const fs::path manifest = cell.parent_path().parent_path() / "sweep.json";
    json content = json::parse(read_text(manifest));
    content.at("cells").at(0).at("folder") = "cells/" + std::string(300, 'x');
    write_text(manifest, content.dump());
    fs::remove_all(cell);
  });
  CHECK(spoiled.all.cells.at(0).state == CellState::kMissing);
  CHECK(spoiled.problem() == std::string(300, 'x') + ": cannot be read: File name too long");
}

}  // namespace multistate::test::problems_test
