// A model with a weight that is NaN: no result, and an error that says where it began.

#include <limits>

#include <nlohmann/json.hpp>

#include "multistate/base/mapped_file.h"

#include "support/catch.h"
#include "support/program.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test::non_finite_test {
namespace {

using nlohmann::json;

class SpoiledSweep {
 public:
  SpoiledSweep() {
    write_spoiled_gguf({.context_length = 1024}, "blk.1.ffn_down.weight", 5,
                       std::numeric_limits<float>::quiet_NaN(), model());
    write_file(sweep_.folder() / "rows.jsonl",
               R"({"context": "Some words.", "question": "Which?", "choices": ["x", "y"], )"
               R"("answer": 0})"
               "\n");
    write_file(sweep_.folder() / "prompts.txt", "once upon\n");
  }

  std::string model() const { return (sweep_.folder() / "model.gguf").string(); }

  /// error.json of the only cell of an experiment, whose options are YAML; "FOLDER" is the sweep's.
  json error_of(std::string experiment) const {
    const std::string folder = sweep_.folder().string();
    for (size_t at = 0; (at = experiment.find("FOLDER", at)) != std::string::npos;) {
      experiment.replace(at, 6, folder);
    }
    std::filesystem::remove_all(sweep_.output());
    write_file(sweep_.folder() / "spoiled.yaml",
               "name: spoiled\noutput: " + sweep_.output().string() + "\nmodel: {path: " + model() +
                   "}\nexperiment: " + experiment + "\npolicy: {name: tova}\nstate_size: 16\n");
    const auto run = run_program({"run", (sweep_.folder() / "spoiled.yaml").string()});
    CHECK(run.exit_code == 1);
    const auto cell = std::filesystem::directory_iterator(sweep_.output() / "cells")->path();
    CHECK(!std::filesystem::exists(cell / "result.json"));
    return json::parse(read_file(cell / "error.json"));
  }

 private:
  TinySweep sweep_;
};

}  // namespace

TEST_CASE("a NaN weight gives no accuracy: the cell fails and names sample, token and layer") {
  const SpoiledSweep sweep;
  for (const char* experiment :
       {"{name: language_modeling, data: FOLDER/text.txt, context_length: 64, max_chunks: 1}",
        "{name: multiple_choice, data: FOLDER/rows.jsonl}",
        "{name: retrieval, lengths: [420], depths: [0.5], trials: 1}",
        "{name: generation, data: FOLDER/prompts.txt, max_tokens: 4}",
        "{name: equivalence, data: FOLDER/text.txt, context_length: 64}"}) {
    CAPTURE(experiment);
    const json error = sweep.error_of(experiment);
    CHECK(error.at("kind") == "input");
    CHECK(error.at("sample") == 0);
    CHECK_THAT(error.at("message").get<std::string>(),
               ContainsSubstring(sweep.model() +
                                 ": sample 0: the numbers of the token at position 0 are not "
                                 "finite from layer 1 (counted from 0) on: a weight of the model"));
  }
}

TEST_CASE("generate with a NaN weight ends as with any bad file") {
  const SpoiledSweep sweep;
  const auto run = run_program({"generate", sweep.model(), "--prompt", "once", "-n", "4"});
  CHECK(run.exit_code == 2);
  CHECK(run.out.empty());
  CHECK_THAT(run.err, ContainsSubstring(sweep.model() + ": sample 0: the numbers of the token at "
                                                        "position 0 are not finite from layer 1"));
}

}  // namespace multistate::test::non_finite_test
