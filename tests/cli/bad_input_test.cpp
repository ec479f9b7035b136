// Bad sweep files and command lines: exit code 2, a message with place, value and what is allowed,
// and no output folder. Sweeps are planned here as the program plans them: a process for each of
// many files costs a second.

#include <array>

#include "multistate/config/override.h"
#include "multistate/sweep/sweep_plan.h"
#include "multistate/sweep/sweep_spec.h"

#include "support/catch.h"
#include "support/program.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test::bad_input_test {
namespace {

struct BadFile {
  std::string rest;
  std::string message;
};

const std::string kPolicy = "policy: {name: tova}\n";

const std::vector<BadFile> kBadFiles = {
    {"", "sweep.yaml:1:1: policy: is missing"},
    {"policy: tova\nstate_size: 8\n", "sweep.yaml:5:9: policy: expected a map"},
    {"policy: {sinks: 1}\nstate_size: 8\n",
     "sweep.yaml:5:9: policy.name: is missing; one of: a2sf, adakv,"},
    {"policy: {name: tovaa}\nstate_size: 8\n",
     "sweep.yaml:5:16: policy.name: unknown policy 'tovaa'; did you mean 'tova'?"},
    {"policy: {name: tova, sink: 1}\nstate_size: 8\n",
     "sweep.yaml:5:28: policy.sink: tova has no such option; did you mean 'sinks'?"},
    {"policy: {layers: {0: full, 1-: {name: tova, sink: 1}}}\nstate_size: 8\n",
     "policy.layers.1-.sink: tova has no such option; did you mean 'sinks'?"},
    {"policy: {name: tova, sinks: -1}\nstate_size: 8\n",
     "sweep.yaml:5:29: policy.sinks: expected an integer"},
    {"policy: {name: tova, sinks: four}\nstate_size: 8\n", "found 'four'"},
    {"policy: {name: tova, sinks: 1.5}\nstate_size: 8\n", "found '1.5'"},
    {"policy: {name: tova, recent: 1.5}\nstate_size: 8\n", "policy.recent: "},
    {"policy: {name: tova, recent: -0.5}\nstate_size: 8\n", "policy.recent: "},
    {"policy: {name: tova, scope: head}\nstate_size: 8\n", "policy.scope: "},
    {"policy: {name: tova, every: 0}\nstate_size: 8\n", "policy.every: "},
    {"policy: {name: tova, positions: relative}\nstate_size: 8\n", "policy.positions: "},
    {"policy: {name: tova, sinks: 8}\nstate_size: 8\n",
     "policy tova: sinks (8) + recent (0) must be less than the state size (8)"},
    {"policy: {name: h2o, sinks: 5}\nstate_size: 8\n",
     "policy h2o: sinks (5) + recent (4) must be less than"},
    {"policy: {name: streaming}\nstate_size: 4\n", "policy streaming: sinks (4) + recent (0)"},
    {kPolicy, "state_size: is missing; a number of rows, or state_fraction instead"},
    {kPolicy + "state_size: 0\n",
     "sweep.yaml:6:13: state_size: expected an integer, 1 or more, found 0"},
    {kPolicy + "state_size: -8\n",
     "sweep.yaml:6:13: state_size: expected an integer, 1 or more, found -8"},
    {kPolicy + "state_size: many\n", "sweep.yaml:6:13: state_size: expected an integer"},
    {kPolicy + "state_size: 010\n", "sweep.yaml:6:13: state_size: "},
    {kPolicy + "state_fraction: 0\n",
     "state_fraction: expected a number above 0 and at most 1, found 0"},
    {kPolicy + "state_fraction: 1.5\n",
     "state_fraction: expected a number above 0 and at most 1, found 1.5"},
    {kPolicy + "state_fraction: 0.001\n",
     "state_fraction: 0.001 of 64 tokens is less than one row"},
    {kPolicy + "state_size: 8\nstate_fraction: 0.5\n",
     "state_fraction: state_size is given as well"},
    {kPolicy + "state_size: 8\nseed: -1\n", "seed: expected an integer, 0 or more, found -1"},
    {kPolicy + "state_size: 8\nstate_sise: 9\n",
     "sweep.yaml:7:1: unknown key 'state_sise'; did you mean 'state_size'?"},
    {kPolicy + "state_size: 8\nstate_size: 9\n", "the key 'state_size' is given twice"},
    {kPolicy + "state_size: 8\n<<: {seed: 1}\n", "sweep.yaml:7:1: "},
    {kPolicy + "state_size: 8\nsweep: {parameters: {state_size: {values: []}}}\n",
     "sweep.parameters.state_size"},
    {kPolicy + "state_size: 8\nsweep: {parameters: {state_size: [4, 8]}}\n",
     "sweep.parameters.state_size"},
    {kPolicy + "state_size: 8\nsweep: {parameters: {state_size: {values: [4, 0]}}}\n",
     "state_size: expected an integer, 1 or more, found 0"},
    {kPolicy + "state_size: 8\nsweep: {parameters: {stat_size: {values: [4]}}}\n", "stat_size"},
    {kPolicy + "state_size: 8\nsweep: {parameters: {policy.sink: {values: [4]}}}\n",
     "policy.sink: tova has no such option"},
    {kPolicy + "state_size: 8\nsweep: {exclude: [{state_size: 9}]}\n", "sweep.exclude"},
    {kPolicy + "state_size: 8\nsweep: {method: grid}\n", "sweep.method"},
    {kPolicy + "state_size: 8\nexperiment: {name: x}\n", "the key 'experiment' is given twice"},
};

/// What the sweep is refused with; "" if it is planned.
std::string refusal(const std::string& file, std::span<const std::string> overrides = {}) {
  try {
    Node sweep = read_yaml(file);
    for (const std::string& argument : overrides) {
      apply_override(sweep, parse_override(argument), sweep_file_keys());
    }
    plan_sweep(read_sweep(sweep), std::nullopt);
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE("what is wrong in a sweep file is refused before the model is opened") {
  const TinySweep sweep;
  // Were the model opened, this would be the complaint.
  write_file(sweep.folder() / "model.gguf", "no model");
  for (const BadFile& bad : kBadFiles) {
    INFO(bad.rest);
    CHECK_THAT(refusal(sweep.write(bad.rest).string()), ContainsSubstring(bad.message));
    CHECK(!std::filesystem::exists(sweep.output()));
  }
  for (const BadFile& bad : {kBadFiles.front(), kBadFiles.back()}) {
    INFO(bad.rest);
    const auto run = run_program({"run", sweep.write(bad.rest).string()});
    CHECK(run.exit_code == 2);
    CHECK(run.out.empty());
    CHECK_THAT(run.err, ContainsSubstring("multistate: error: "));
    CHECK_THAT(run.err, ContainsSubstring(bad.message));
    CHECK(!std::filesystem::exists(sweep.output()));
  }
}

TEST_CASE("bad overrides and paths are refused") {
  const TinySweep sweep;
  const auto file = sweep.write(kPolicy + "state_size: 8\n").string();
  const std::vector<std::pair<std::string, std::string>> overrides = {
      {"state_sise=9", "did you mean 'state_size'?"},
      {"state_size=", "command line: state_size="},
      {"state_size=range(8,8)", "range"},
      {"+state_size=9", "state_size"},
      {"~policy.sinks", "policy.sinks"},
      {"model.path=nowhere.gguf", "model.path: 'nowhere.gguf' does not exist"},
      {"model.path=/", "/"},
      {"model.dtype=int8", "model.dtype: "},
      {"experiment.name=language_modelling", "did you mean 'language_modeling'?"},
      {"experiment.data=nowhere", "experiment.data: 'nowhere' does not exist"},
      {"experiment.context_length=1", "experiment.context_length: "},
      {"experiment.context_length=100000",
       "no document is long enough for one chunk of 100000 tokens"},
      {"experiment.stride=65",
       "experiment.stride: 65 would leave gaps between chunks of 64 text tokens"},
      {"experiment.max_chunk=65",
       "experiment.max_chunk: language_modeling has no such option; did you mean 'max_chunks'?"},
      {"model.device=tpu9", "model.device: 'tpu9' is no device that this LibTorch"},
  };
  for (const auto& [argument, message] : overrides) {
    INFO(argument);
    CHECK_THAT(refusal(file, std::array{argument}), ContainsSubstring(message));
  }
  const auto run = run_program({"run", file, overrides.front().first});
  CHECK(run.exit_code == 2);
  CHECK_THAT(run.err, ContainsSubstring(overrides.front().second));
}

TEST_CASE("a wrong command line is an error of usage") {
  const std::vector<std::vector<std::string>> lines = {
      {},
      {"walk"},
      {"run"},
      {"run", "nowhere.yaml"},
      {"run", "x.yaml", "--jobs", "0"},
      {"run", "x.yaml", "--limit", "-1"},
      {"status", "/nonexistent"},
      {"policies", "nope"},
      {"experiments", "nope"},
      {"inspect", "nowhere.gguf"},
      {"tokenize", "x", "--model", "nowhere.gguf"}};
  for (const auto& line : lines) {
    INFO((line.empty() ? "(nothing)" : line.front() + " " + line.back()));
    const auto run = run_program(line);
    CHECK(run.exit_code == 2);
    CHECK(!run.err.empty());
  }
}

TEST_CASE("text that is not UTF-8 is refused with its place") {
  const TinySweep sweep;
  write_file(sweep.folder() / "text.txt", std::string(200, 'a') + "\xff" + std::string(200, 'b'));
  const auto run = run_program({"run", sweep.write(kPolicy + "state_size: 8\n").string()});
  CHECK(run.exit_code == 2);
  CHECK_THAT(run.err,
             ContainsSubstring("text.txt: the text is not valid UTF-8: byte 0xff at offset 200"));
}

}  // namespace multistate::test::bad_input_test
