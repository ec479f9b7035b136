// What a run writes, against the JSON Schemas in results/.

#include <filesystem>
#include <limits>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validation_results.hpp>
#include <valijson/validator.hpp>

#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/generation_sweep.h"
#include "support/program.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test::schema_test {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// What is wrong with `document` by results/<name>.schema.json; empty when nothing is.
std::string violations(const std::string& name, const json& document) {
  const json content =
      json::parse(read_file(fs::path(MULTISTATE_SOURCE_DIR) / "results" / (name + ".schema.json")));
  valijson::Schema schema;
  valijson::SchemaParser parser(valijson::SchemaParser::kDraft7);
  parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(content), schema);
  valijson::ValidationResults results;
  valijson::Validator().validate(schema, valijson::adapters::NlohmannJsonAdapter(document),
                                 &results);
  std::string text;
  valijson::ValidationResults::Error error;
  while (results.popError(error)) {
    for (const auto& part : error.context) {
      text += part;
    }
    text += ": " + error.description + "\n";
  }
  return text;
}

std::vector<json> results_of(const fs::path& output) {
  std::vector<json> results;
  for (const auto& entry : fs::directory_iterator(output / "cells")) {
    results.push_back(json::parse(read_file(entry.path() / "result.json")));
  }
  return results;
}

}  // namespace

TEST_CASE("results and manifest keep to their schemas") {
  const TinySweep sweep;
  const std::string calibration = (sweep.folder() / "statistics.safetensors").string();
  write_file(sweep.folder() / "other.txt", "y" + tiny_text(1200));
  const auto calibrated =
      run_program({"calibrate", (sweep.folder() / "model.gguf").string(), "--data",
                   (sweep.folder() / "other.txt").string(), "--output", calibration, "--tokens",
                   "150", "--context-length", "64"});
  INFO(calibrated.err);
  REQUIRE(calibrated.exit_code == 0);
  CHECK_THAT(calibrated.out, ContainsSubstring("2 layers, of 128 tokens\n"));
  const std::string grid = TinySweep::grid() +
                           "    - {policy.name: qfilters, policy.calibration: " + calibration +
                           "}\n";
  REQUIRE(run_program({"run", sweep.write(grid).string(), "--limit", "2"}).exit_code == 0);
  CHECK(violations("sweep", json::parse(read_file(sweep.output() / "sweep.json"))).empty());
  const auto results = results_of(sweep.output());
  REQUIRE(results.size() == 8);
  int with_calibration = 0;
  for (const json& result : results) {
    CHECK(violations("result", result) == "");
    const json& inputs = result.at("context").at("inputs");
    with_calibration += inputs.contains("calibrations") ? 1 : 0;
    CHECK(inputs.contains("calibrations") ==
          (result.at("config").at("policy").at("name") == "qfilters"));
  }
  CHECK(with_calibration == 1);

  auto spoiled = results.front();
  spoiled["metrics"]["nll"]["value"] = "low";
  CHECK(violations("result", spoiled) != "");
  spoiled = results.front();
  spoiled["metrics"]["nll"]["value_text"] = "nan";
  CHECK(violations("result", spoiled) != "");
  spoiled["metrics"]["nll"]["value"] = nullptr;
  CHECK(violations("result", spoiled).empty());
  spoiled = results.front();
  spoiled.erase("cell_id");
  CHECK(violations("result", spoiled) != "");
  spoiled = results.front();
  spoiled["surprise"] = 1;
  CHECK(violations("result", spoiled) != "");
}

TEST_CASE("a result whose samples are resampled in units keeps to its schema") {
  const GenerationSweep texts;
  texts.run("max_tokens: 4, texts: 2, temperature: 1.0", GenerationSweep::tova_and_full());
  auto result = texts.result("tova");
  CHECK(violations("result", result) == "");
  CHECK(result.at("resampling") == json({{"unit", "prompt"}, {"key", "prompt_id"}}));
  CHECK(result.at("metrics").at("tokens").at("n") == 10);
  CHECK(result.at("metrics").at("tokens").at("clusters") == 5);
  result.at("resampling").erase("key");
  CHECK(violations("result", result) != "");
}

TEST_CASE("a cell that fails leaves an error that keeps to its schema") {
  const TinySweep sweep;
  const auto file = sweep.write("policy: {name: tova}\nstate_size: 8\n").string();
  write_spoiled_gguf({}, "blk.1.ffn_down.weight", 5, std::numeric_limits<float>::quiet_NaN(),
                     sweep.folder() / "model.gguf");
  const auto run = run_program({"run", file});
  CHECK(run.exit_code == 1);
  const auto cell = fs::directory_iterator(sweep.output() / "cells")->path();
  const auto error = json::parse(read_file(cell / "error.json"));
  CHECK(violations("error", error) == "");
  CHECK(error.at("kind") == "input");
}

TEST_CASE("samples that cannot be kept end the run, and no cell is blamed") {
  const TinySweep sweep;
  const auto file = sweep.write("policy: {name: tova}\nstate_size: 8\n").string();
  REQUIRE(run_program({"run", file}).exit_code == 0);
  const auto cell = fs::directory_iterator(sweep.output() / "cells")->path();
  fs::remove(cell / "result.json");
  // A folder in the place of the file that all samples go to in the end.
  fs::remove(cell / "samples.jsonl");
  fs::create_directories(cell / "samples.jsonl" / "x");
  const auto run = run_program({"run", file});
  CHECK(run.exit_code == 2);
  CHECK_THAT(run.err, ContainsSubstring((cell / "samples.jsonl").string() +
                                        ": cannot put the file in place (rename): Is a directory"));
  CHECK(!fs::exists(cell / "error.json"));
  fs::remove_all(cell / "samples.jsonl");
  CHECK(run_program({"run", file}).exit_code == 0);
}

TEST_CASE("the result of a plug-in's policy keeps to its schema") {
  const TinySweep sweep;
  const auto plugin = fs::path(MULTISTATE_TEST_PLUGINS) / "newest.so";
  const auto file = sweep.write("plugins: [" + plugin.string() +
                                "]\npolicy: {name: plugged_newest}\nstate_size: 16\n");
  const auto run = run_program({"run", file.string(), "--limit", "1"});
  INFO(run.err);
  REQUIRE(run.exit_code == 0);
  auto result = results_of(sweep.output()).at(0);
  CHECK(violations("result", result) == "");
  result.at("context").at("inputs").at("plugin").at("sha256") = "abc";
  CHECK(violations("result", result) != "");
}

}  // namespace multistate::test::schema_test
