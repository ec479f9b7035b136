#include "multistate/results/setup_line.h"

#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/results/speed_noise.h"

#include "support/catch.h"

namespace multistate::test::setup_line_test {
namespace {

using nlohmann::json;

const char* const kResult = R"({
  "config": {"model": {"path": "data/models/a.gguf", "dtype": "float32"},
             "experiment": {"name": "language_modeling", "data": "data/austen/persuasion.txt",
                            "context_length": 1024}},
  "counts": {"samples": 12},
  "context": {"program": {"commit": "217f0ed0123456789", "dirty": false},
              "inputs": {"model": {"name": "Small 135M", "weights": "Q4_1, 5.0 bits/weight"}}}})";

std::string line_of(const std::vector<json>& results) {
  std::vector<RunSetup> setups;
  for (const json& result : results) {
    setups.push_back(run_setup(result));
  }
  return setup_line(setups);
}

}  // namespace

TEST_CASE("a setup line names model, weights, text, context, samples and commit") {
  CHECK(line_of({json::parse(kResult)}) ==
        "Small 135M (Q4_1, 5.0 bits/weight; float32) | persuasion.txt | 12 samples of 1,024 tokens "
        "| commit 217f0ed");
}

TEST_CASE("a result of an earlier program has the file's name and no quantisation") {
  json old = json::parse(kResult);
  old["context"]["inputs"].erase("model");
  old["context"]["program"]["dirty"] = true;
  old["config"]["experiment"].erase("data");
  CHECK(line_of({old}) ==
        "a.gguf (quantisation not recorded; float32) | language_modeling | 12 samples of 1,024 "
        "tokens | commit 217f0ed with local changes");
}

TEST_CASE("several results have their different values, or their number") {
  std::vector<json> results(5, json::parse(kResult));
  results[1]["config"]["model"]["dtype"] = "float64";
  for (int i = 0; i < 5; ++i) {
    results[static_cast<size_t>(i)]["config"]["experiment"]["data"] = std::to_string(i) + ".txt";
  }
  CHECK(line_of(results) ==
        "Small 135M (Q4_1, 5.0 bits/weight; float32 / float64) | 5 texts | 12 samples of 1,024 "
        "tokens | commit 217f0ed");
  CHECK(setup_line({}).empty());
  CHECK(setup_line(std::vector<RunSetup>(2)).empty());
}

TEST_CASE("a setup is read from whatever a result holds") {
  for (const char* path : {"/config", "/context", "/counts", "/config/model/path"}) {
    json spoiled = json::parse(kResult);
    spoiled[json::json_pointer(path)] = json::array({1});
    CHECK(!line_of({spoiled}).empty());
  }
  CHECK(line_of({json()}) == "unnamed model (quantisation not recorded)");
}

TEST_CASE("the speed of an earlier result is no measurement") {
  CHECK(speed_noise(json::parse(R"({"perf": {"noisy": false, "noisy_because": []}})")).empty());
  CHECK(speed_noise(json::parse(R"({"perf": {"noisy": true, "noisy_because": ["x", "y"]}})")) ==
        "x; y");
  CHECK(speed_noise(json::parse(R"({"perf": {}, "context": {"threads": {"jobs": 2}}})")) ==
        "2 samples ran at a time");
  CHECK(speed_noise(json::parse(R"({"perf": {}, "context": {"threads": {"jobs": 1}}})")) ==
        "the load of the machine was not recorded");
  CHECK(!speed_noise(json(3)).empty());
}

}  // namespace multistate::test::setup_line_test
