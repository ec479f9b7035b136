// Policies by layer: how ranges are read, and what is refused.

#include "multistate/policy/by_layer.h"

#include "support/catch.h"

namespace multistate::test::by_layer_test {
namespace {

PolicySetup by_layer(const std::string& yaml, int64_t state_size = 8) {
  return set_up_by_layer(parse_yaml(yaml, "sweep.yaml"), state_size);
}

std::string refusal(const std::string& yaml) {
  try {
    by_layer(yaml);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("each range of layers has a setup of its own") {
  const auto setup =
      by_layer("{0-1: full, 2: {name: tova, sinks: 3}, 3-: {name: h2o, scope: layer}}");
  CHECK(setup.bounded());
  CHECK(setup.entry->info.name == "by_layer");
  CHECK(setup.entry->info.role == Role::kPolicy);
  REQUIRE(setup.layers.size() == 3);
  for (const auto& [layer, name] : std::vector<std::pair<int64_t, std::string>>{
           {0, "full"}, {1, "full"}, {2, "tova"}, {3, "h2o"}, {99, "h2o"}}) {
    CHECK(setup.of_layer(layer).entry->info.name == name);
  }
  CHECK(setup.of_layer(2).common.sinks == 3);
  CHECK(setup.of_layer(2).state_size == 8);
  CHECK(setup.of_layer(0).state_size == 0);
  CHECK(setup.of_layer(3).common.scope == Scope::kLayer);
  CHECK(setup.tokens_before_first_eviction({.tokens = 50}) == 7);
  CHECK(setup.of_layer(3).remembers_steps());
  CHECK_FALSE(setup.of_layer(2).remembers_steps());
  CHECK(by_layer("{0: full, 1-: tova}").tokens_before_first_eviction({.tokens = 50}) == 7);
  CHECK_FALSE(setup.rotates_anew());
  CHECK(by_layer("{0: tova, 1-: {name: window, positions: in_cache}}").rotates_anew());
  CHECK(by_layer("{0: tova, 1-: {name: window, prompt: one_shot}}").one_shot());
  CHECK(by_layer("{0: tova, 1-: random}").needs.random);
  CHECK_FALSE(by_layer("{0-: full}").bounded());
}

TEST_CASE("the role of policies by layer is that of the one furthest from being deployed") {
  CHECK(by_layer("{0: full, 1-: full}").entry->info.role == Role::kBaseline);
  CHECK(by_layer("{0: random, 1-: tova}").entry->info.role == Role::kControl);
  CHECK(by_layer("{0: oracle, 1-: random}").entry->info.role == Role::kReference);
}

TEST_CASE("a setup by layer says all that it is, and every policy in it") {
  const auto setup = by_layer("{0: full, 1-: {name: caote, base: random}}");
  const auto json = to_json(setup);
  CHECK(json.at("name") == "by_layer");
  CHECK(json.at("layers").at("0") == nlohmann::json({{"name", "full"}, {"version", 1}}));
  CHECK(json.at("layers").at("1-").at("base") == "random");
  CHECK(json.at("layers").at("1-").at("base_versions") == nlohmann::json({{"random", 2}}));
  std::vector<std::string> names;
  for (const PolicyEntry* entry : entries_of(setup)) {
    names.push_back(entry->name());
  }
  CHECK(names == std::vector<std::string>{"by_layer", "full", "caote", "random"});
}

TEST_CASE("ranges that leave a layer out, or name it twice, are refused") {
  CHECK_THAT(refusal("{1-: tova}"),
             ContainsSubstring("policy.layers: '1-' begins at layer 1, where "
                               "layer 0 was to come"));
  CHECK_THAT(refusal("{0-1: full, 3-: tova}"), ContainsSubstring("where layer 2 was to come"));
  CHECK_THAT(refusal("{0-2: full, 2-: tova}"), ContainsSubstring("where layer 3 was to come"));
  CHECK_THAT(refusal("{0-: full, 2-: tova}"), ContainsSubstring("where no layer was to come"));
  for (const char* range : {"a", "2-0", "-3", "0-1-2", "1.5", "0 - 1"}) {
    CHECK_THAT(refusal("{'" + std::string(range) + "': full}"),
               ContainsSubstring("is no range of layers; expected one like 3, 0-1 or 2-"));
  }
  CHECK_THAT(refusal("{}"), ContainsSubstring("a map of ranges of layers to policies"));
  CHECK_THAT(refusal("{0-: tovaa}"), ContainsSubstring("did you mean 'tova'?"));
  CHECK_THAT(refusal("{0-: {sinks: 3}}"), ContainsSubstring("policy.layers.0-.name: is missing"));
  CHECK_THAT(refusal("{0-: {name: tova, sinks: 8}}"),
             ContainsSubstring("sinks (8) + recent (0) must be less than the state size (8)"));
  CHECK_THAT(refusal("{0-: tova}"), Catch::Matchers::Equals(""));
}

TEST_CASE("ranges have to end where the model does") {
  const auto fits = [](const std::string& yaml, int64_t layers) {
    try {
      check_layers(by_layer(yaml), layers);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(fits("{0-1: full, 2-: tova}", 3).empty());
  CHECK(fits("{0-1: full, 2: tova}", 3).empty());
  CHECK(fits("{0-1: full, 2-: tova}", 2) ==
        "policy.layers: the last range begins at layer 2 and is open, but the model has the layers "
        "0 to 1");
  CHECK(fits("{0-1: full, 2-4: tova}", 4) ==
        "policy.layers: the last range begins at layer 2 and ends at 4, but the model has the "
        "layers 0 to 3");
  CHECK_FALSE(fits("{0-1: full, 2: tova}", 4).empty());
}

}  // namespace multistate::test::by_layer_test
