// What tells the cells of a sweep apart.

#include <filesystem>
#include <optional>
#include <string>

#include "multistate/base/mapped_file.h"
#include "multistate/policy/registry.h"
#include "multistate/sweep/runner.h"

#include "support/input_error.h"
#include "support/sweep_runs.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"
#include "support/torch.h"

namespace multistate::test::cell_identity_test {

TEST_CASE("a cell's identity is what affects its result, and nothing else") {
  const TinySweep sweep;
  const auto id = [&](const std::string& rest) { return plan_of(sweep, rest).cells.front().id; };
  const std::string base = "policy: {name: tova}\nstate_size: 8\n";
  CHECK(id(base) == id("policy: {name: tova, sinks: 0}\nstate_size: 8\nseed: 5\n"));
  CHECK(id(base) == id("policy: {name: tova}\nstate_fraction: 0.125\n"));
  CHECK(id(base) != id("policy: {name: tova, sinks: 1}\nstate_size: 8\n"));
  CHECK(id(base) != id("policy: {name: tova}\nstate_size: 9\n"));
  CHECK(id("policy: {name: random}\nstate_size: 8\n") !=
        id("policy: {name: random}\nstate_size: 8\nseed: 1\n"));
  CHECK(id(base) != plan_of(sweep, base, 2).cells.front().id);
  const TinySweep elsewhere;
  CHECK(id(base) == plan_of(elsewhere, base).cells.front().id);
  write_file(elsewhere.folder() / "text.txt", read_file(elsewhere.folder() / "text.txt") + "x");
  CHECK(id(base) != plan_of(elsewhere, base).cells.front().id);
}

TEST_CASE(
    "a base is part of what a cell is: by its options, however they are spelled, and its version") {
  const TinySweep sweep;
  const auto plan = [&](const std::string& policy) {
    return plan_of(sweep, "policy: " + policy + "\nstate_size: 40\n");
  };
  const auto beside = plan("{name: adakv, base: dropkv, window: 16}");
  const auto in_map = plan("{name: adakv, base: {name: dropkv, window: 16}}");
  CHECK(beside.cells.front().id == in_map.cells.front().id);
  CHECK(beside.cells.front().slug == in_map.cells.front().slug);
  CHECK_FALSE(beside.cells.front().config().at("policy").contains("base_versions"));

  const auto nested = plan("{name: adakv, base: {name: pyramidkv, base: h2o, beta: 10}}");
  CHECK(nested.cells.front().slug == "adakv-40-base=pyramidkv-base.base=h2o-base.beta=10.0");
  CHECK(nested.cells.front().id !=
        plan("{name: adakv, base: {name: pyramidkv, base: h2o, beta: 11}}").cells.front().id);
  // `random` is at version 2, so that its version tells new results from old ones.
  const auto random = plan("{name: kivi, base: random, residual: 8}");
  CHECK(random.cells.front().config().at("policy").at("base_versions") ==
        nlohmann::json({{"random", policy_registry().find("random")->info.version}}));
  // A sweep over the base and its options.
  const auto grid = plan_of(sweep,
                            "policy: {name: adakv, base: {name: dropkv}}\nstate_size: 40\n"
                            "sweep: {parameters: {policy.base.window: {values: [8, 16]}}}\n");
  REQUIRE(grid.cells.size() == 2);
  CHECK(grid.cells[0].spec->parameters.at("policy.base.window") == 8);
  CHECK(grid.cells[1].id == in_map.cells.front().id);
}

TEST_CASE("a sweep over the policy of some layers has options that not all of them know") {
  const TinySweep sweep;
  const auto plan =
      plan_of(sweep,
              "policy: {layers: {0: full, 1-: {name: tova, sinks: 2}}}\nstate_size: 40\n"
              "sweep: {parameters: {policy.layers.1-.name: {values: [tova, h2o, full]}}}\n");
  REQUIRE(plan.cells.size() == 3);
  const auto layers = [&](size_t cell) {
    return plan.cells[cell].config().at("policy").at("layers").at("1-");
  };
  CHECK(layers(0).at("sinks") == 2);
  CHECK(layers(1).at("name") == "h2o");
  CHECK(layers(1).at("sinks") == 2);
  CHECK_FALSE(layers(2).contains("sinks"));
  CHECK(plan.cells[1].spec->parameters == nlohmann::json({{"policy.layers.1-.name", "h2o"}}));
}

TEST_CASE(
    "what a policy does in windows is part of a cell's identity where the model has windows") {
  const TinySweep sweep;
  const auto plan = [&](const std::string& policy, const std::string& model = "") {
    return plan_of(sweep, "policy: {name: tova" + policy + "}\nstate_size: 8\n" + model);
  };
  const auto same = plan("");
  const std::string id = same.cells.front().id;
  CHECK(plan(", windowed_layers: native").cells.front().id == id);
  const auto without = plan(", windowed_layers: policy");
  CHECK(without.cells.front().id == id);
  CHECK_FALSE(without.cells.front().config().at("policy").contains("windowed_layers"));
  // The file is one that cannot say whether it has windows.
  const std::string window = "sweep: {parameters: {model.sliding_window: {values: [16]}}}\n";
  const auto within = plan(", windowed_layers: policy", window);
  CHECK(within.cells.front().id != id);
  const auto config = within.cells.front().config();
  CHECK(config.at("model").at("sliding_window") == 16);
  CHECK(config.at("policy").at("windowed_layers") == "policy");
  // Every layer has a window, so that a policy outside of them has nothing to do.
  CHECK_THAT(input_error([&] { plan("", window); }),
             ContainsSubstring("leaves the policy no layer to act on"));
  CHECK_THAT(input_error(
                 [&] { plan("", "sweep: {parameters: {model.sliding_window: {values: [1]}}}\n"); }),
             ContainsSubstring("model.sliding_window: "));
}

TEST_CASE("two paths to one model, and two devices, are one measurement and refused") {
  namespace fs = std::filesystem;
  const TinySweep sweep;
  const fs::path model = sweep.folder() / "model.gguf";
  fs::create_symlink(model, sweep.folder() / "link.gguf");
  const std::string other_path = (sweep.folder() / "." / "model.gguf").string();
  const std::string policy = "policy: {name: tova}\nstate_size: 8\n";
  for (const std::string& path : {(sweep.folder() / "link.gguf").string(), other_path}) {
    const std::string refusal = input_error([&] {
      plan_of(sweep, policy + "sweep: {parameters: {model.path: {values: ['" + model.string() +
                         "', '" + path + "']}}}\n");
    });
    CHECK_THAT(refusal, ContainsSubstring("two cells of the sweep are the same measurement"));
    CHECK_THAT(refusal, ContainsSubstring("model.path " + model.string()));
    CHECK_THAT(refusal, ContainsSubstring("model.path " + path));
  }
  CHECK_THAT(input_error([&] {
               plan_of(sweep,
                       policy + "sweep: {parameters: {model.device: {values: [cpu, 'cpu:0']}}}\n");
             }),
             ContainsSubstring("model.device cpu:0"));
  // A copy with other weights is another model.
  write_tiny_gguf({.seed = 2}, sweep.folder() / "other.gguf");
  CHECK(plan_of(sweep, policy + "sweep: {parameters: {model.path: {values: ['" + model.string() +
                           "', '" + (sweep.folder() / "other.gguf").string() + "']}}}\n")
            .cells.size() == 2);
}

}  // namespace multistate::test::cell_identity_test
