// What a policy can do is what it derives from; a policy over a base has the base's faces, too.

#include "multistate/policy/face_checks.h"

#include "support/catch.h"
#include "support/step_fixture.h"

namespace multistate::test::faces_test {
namespace {

using namespace face_checks;

std::string refusal(const char* name, const char* options, int64_t state_size = 64) {
  try {
    set_up_policy(name, state_size, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

class Right final : public ScoringPolicy, public MergingPolicy {
 public:
  void observe(const StepView& /*step*/) const noexcept override {}
  void score(const StepView& /*step*/, std::span<float> /*scores*/) const override {}
  void merge(const StepView& /*step*/, std::span<const int64_t> /*rows*/,
             RowEditor& /*editor*/) const override {}
};

// Functions that look like those of a face and would never be called, or not by everybody.

class NotConst final : public ScoringPolicy {
 public:
  void observe(const StepView& /*step*/) {}
  void score(const StepView& /*step*/, std::span<float> /*scores*/) const override {}
};

class ByValue final : public ScoringPolicy {
 public:
  void observe(StepView /*step*/) const {}
  void score(const StepView& /*step*/, std::span<float> /*scores*/) const override {}
  double tie_tolerance(int /*unused*/) const { return 0.5; }
  Needs needs(int /*unused*/) const { return {}; }
};

class Private final : public ScoringPolicy {
 public:
  void score(const StepView& /*step*/, std::span<float> /*scores*/) const override {}

 private:
  void observe(const StepView& /*step*/) const override {}
};

class Overloaded final : public ScoringPolicy {
 public:
  void observe(const StepView& /*step*/) const override {}
  void observe(const StepView& /*step*/, int /*unused*/) const {}
  void score(const StepView& /*step*/, std::span<float> /*scores*/) const override {}
};

/// Has functions of faces that it does not derive from.
class Undeclared final : public Policy {
 public:
  void observe(const StepView& /*step*/) const {}
  void score(const StepView& /*step*/, std::span<float> /*scores*/) const {}
  void evict(const StepView& /*step*/, std::span<float> /*scratch*/,
             Evictions& /*evictions*/) const {}
  void merge(const StepView& /*step*/, std::span<const int64_t> /*rows*/,
             RowEditor& /*editor*/) const {}
  int64_t layer_budget(int64_t /*layer*/, int64_t /*layers*/, int64_t k) const { return k; }
};

}  // namespace

TEST_CASE("a function that hides a face's is told from one that overrides it") {
  check<Right>();
  CHECK(ObserveFits<Right>);
  CHECK(ToleranceFits<Right>);
  CHECK(NeedsFit<Right>);
  CHECK(ProblemFits<Right>);
  CHECK_FALSE(ObserveFits<NotConst>);
  CHECK_FALSE(ObserveFits<ByValue>);
  CHECK_FALSE(ToleranceFits<ByValue>);
  CHECK_FALSE(NeedsFit<ByValue>);
  CHECK(ProblemFits<ByValue>);
  CHECK_FALSE(ObserveFits<Private>);
  CHECK_FALSE(ObserveFits<Overloaded>);
}

TEST_CASE("a function of a face that a policy does not derive from is found") {
  CHECK(HasScore<Undeclared>);
  CHECK(HasObserve<Undeclared>);
  CHECK(HasEvict<Undeclared>);
  CHECK(HasMerge<Undeclared>);
  CHECK(HasLayerBudget<Undeclared>);
  CHECK_FALSE(HasTolerance<Undeclared>);
  CHECK_FALSE(HasEvictPooled<Undeclared>);
  CHECK_FALSE(HasEvict<Right>);
  CHECK_FALSE(HasLayerBudget<Right>);
}

TEST_CASE("a policy over a base has every face of the base, and asks the base itself") {
  const auto kivi = set_up_policy("kivi", 64, "{base: {name: pyramidkv, base: h2o, least: 8}}");
  const auto pyramid = set_up_policy("pyramidkv", 64, "{base: h2o, least: 8}");
  REQUIRE(kivi.faces.budgets != nullptr);
  CHECK(kivi.faces.budgets->layer_budget(0, 4, 64) ==
        pyramid.faces.budgets->layer_budget(0, 4, 64));
  CHECK(kivi.faces.scoring != nullptr);
  CHECK(kivi.faces.pooled == nullptr);
  CHECK(kivi.needs.memory == 1);
  CHECK(kivi.needs.quantization.has_value());
  CHECK_FALSE(pyramid.needs.quantization.has_value());
  REQUIRE(kivi.bases.size() == 2);
  CHECK(kivi.bases[0]->name() == "pyramidkv");
  CHECK(kivi.bases[1]->name() == "h2o");

  const auto three = set_up_policy(
      "kivi", 64, "{scope: kv_head, base: {name: adakv, base: {name: pyramidkv, base: snapkv}}}");
  CHECK(three.faces.pooled != nullptr);
  CHECK(three.faces.budgets != nullptr);
  CHECK(three.needs.memory == 32);
  // A rule that names rows, and one that merges, are bases as well.
  CHECK(set_up_policy("pyramidkv", 64, "{base: streaming}").faces.evicting != nullptr);
  CHECK(set_up_policy("pyramidkv", 64, "{base: weightedkv}").faces.merging != nullptr);
}

TEST_CASE(
    "scores of a policy over a base with a tolerance tie by the tolerance that holds for them") {
  CHECK(set_up_policy("kivi", 64, "{base: knorm}").faces.tie_tolerance == 0x1p-16F);
  CHECK(set_up_policy("adakv", 64, "{base: knorm}").faces.tie_tolerance == 0x1p-16F);
  CHECK(set_up_policy("caote", 64, "{base: knorm}").faces.tie_tolerance == 0.0F);
}

TEST_CASE("options of a base stand beside it or in its map, which is the same") {
  const auto beside = set_up_policy("adakv", 64, "{base: snapkv, window: 16, safeguard: 0.3}");
  const auto in_map =
      set_up_policy("adakv", 64, "{base: {name: snapkv, window: 16}, safeguard: 0.3}");
  CHECK(beside.options == in_map.options);
  CHECK(beside.options["base"] == "snapkv");
  CHECK(beside.options["window"] == 16);
  // Without a name the default base is meant.
  CHECK(set_up_policy("adakv", 64, "{base: {window: 16}, safeguard: 0.3}").options ==
        in_map.options);
  // A base with a base has its options in a map.
  const auto nested = set_up_policy("adakv", 64, "{base: {name: pyramidkv, base: h2o, beta: 10}}");
  CHECK(nested.options["base"] ==
        nlohmann::json({{"name", "pyramidkv"}, {"base", "h2o"}, {"beta", 10.0}, {"least", 32}}));
  CHECK(set_up_policy("adakv", 64, "{base: pyramidkv}").options["base"]["window"] == 32);
  // Options read back are the same options.
  auto again = nested.options;
  CHECK(set_up_policy("adakv", 64, again.dump()).options == nested.options);
}

TEST_CASE("what does not go together over a base is refused") {
  CHECK_THAT(refusal("caote", "{base: {name: adakv}, scope: kv_head}"),
             ContainsSubstring("policy caote: its base adakv shares rows out among the heads"));
  CHECK_THAT(
      refusal("kivi", "{base: {name: caote, base: adakv}, scope: kv_head}"),
      ContainsSubstring("policy kivi: its base caote: its base adakv shares rows out among"));
  CHECK_THAT(refusal("adakv", "{base: {name: adakv}}"),
             ContainsSubstring("policy adakv: its base adakv shares rows out"));
  CHECK_THAT(
      refusal("pyramidkv", "{base: {name: pyramidkv}}"),
      ContainsSubstring("it and its base pyramidkv both say how many rows each layer keeps"));
  CHECK_THAT(refusal("kivi", "{base: {name: kivi}}"),
             ContainsSubstring("policy kivi: it and its base both quantise rows"));
  CHECK_THAT(refusal("kivi", "{base: weightedkv}"),
             ContainsSubstring("rows that are quantised cannot be merged"));
  CHECK_THAT(refusal("kivi", "{base: {name: adakv}}"),
             ContainsSubstring("policy.scope: kivi shares rows out among key/value heads"));
  // `full` keeps every row, so it says nothing of which rows go.
  CHECK_THAT(refusal("kivi", "{base: full}"), ContainsSubstring("policy.base"));
  CHECK_THAT(
      refusal("adakv", "{base: {name: snapkv, windw: 3}}"),
      ContainsSubstring("unknown key 'policy.base.windw'; did you mean 'policy.base.window'?"));
  CHECK_THAT(refusal("adakv", "{base: {name: snapkv, recent: 3}}"),
             ContainsSubstring("unknown key 'policy.base.recent'"));
  CHECK_THAT(refusal("adakv", "{base: {name: streaming}}"), ContainsSubstring("policy.base.name"));
  CHECK_THAT(refusal("adakv", "{base: [snapkv]}"), ContainsSubstring("policy.base"));
}

TEST_CASE("the memory of a policy over a base comes behind the base's") {
  const Needs base = {.memory = 2, .set_memory = 1, .head_memory = 1};
  const Needs own = {.tokens = true, .memory = 1, .set_memory = 3};
  const Needs both = base | own;
  CHECK(both.memory == 3);
  CHECK(both.set_memory == 4);
  CHECK(both.floats_a_row() == 4);
  CHECK(both.floats_a_set(2, 8) == 4 + 16);
}

}  // namespace multistate::test::faces_test
