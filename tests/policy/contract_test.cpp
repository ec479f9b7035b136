// What a policy may not do, and what it is told.

#include <cmath>
#include <limits>
#include <map>

#include "multistate/engine/decision.h"
#include "multistate/policy/policy_error.h"

#include "support/catch.h"
#include "support/step_fixture.h"

namespace multistate::test::contract_test {
namespace {

/// A policy made of a function.
class Scripted final : public EvictingPolicy {
 public:
  explicit Scripted(std::vector<int64_t> rows) : rows_(std::move(rows)) {}
  void evict(const StepView& /*step*/, std::span<float> /*scratch*/,
             Evictions& evictions) const override {
    for (const int64_t row : rows_) {
      evictions.add(row);
    }
  }

 private:
  std::vector<int64_t> rows_;
};

class ConstantScore final : public ScoringPolicy {
 public:
  explicit ConstantScore(float score) : score_(score) {}
  void score(const StepView& /*step*/, std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), score_);
  }

 private:
  float score_;
};

/// Runs a policy of this file in the place of `window` on four rows; with state size 3 one has to
/// go.
void decide_with(std::shared_ptr<const Policy> policy, const std::string& options = "{}",
                 int64_t state_size = 3) {
  PolicySetup setup = set_up_policy("window", state_size, options);
  setup.use(std::move(policy));
  const std::vector<int64_t> positions = {0, 1, 2, 3};
  const std::vector<uint8_t> live = {1, 1, 1, 1};
  StepData data;
  data.step = 3;
  data.layer = 5;
  data.state_size = state_size;
  data.capacity = state_size;
  data.live_rows = 4;
  data.positions = positions;
  data.live = live;
  data.first_candidate = setup.common.sinks;
  data.end_candidates = 4 - setup.recent();
  std::vector<float> scratch(4);
  Evictions evictions;
  const StepView step(data, setup.needs);
  const std::span<float> of_step = scratch;
  decide(setup, {&step, 1}, {&of_step, 1}, {&evictions, 1});
}

void check_refused(std::shared_ptr<const Policy> policy, const std::string& message,
                   const std::string& options = "{}") {
  try {
    decide_with(std::move(policy), options);
  } catch (const PolicyError& error) {
    CHECK(std::string(error.what()) == message);
    return;
  }
  FAIL("accepted: " << message);
}

}  // namespace

TEST_CASE("baselines, the control and the reference are not candidates") {
  const std::map<std::string, std::string> others = {{"full", "baseline"},
                                                     {"short_context", "baseline"},
                                                     {"random", "control"},
                                                     {"oracle", "reference"},
                                                     {"oracle_topk", "reference"}};
  for (const std::string& name : policy_registry().names()) {
    CAPTURE(name);
    const auto other = others.find(name);
    CHECK(name_of(policy_registry().find(name)->info.role) ==
          (other == others.end() ? "policy" : other->second));
  }
}

TEST_CASE("a decision that breaks the contract is refused, with policy, layer and step") {
  check_refused(std::make_shared<Scripted>(std::vector<int64_t>{}),
                "policy window: layer 5, step 3: 4 rows are left where 3 are allowed");
  check_refused(std::make_shared<Scripted>(std::vector<int64_t>{1, 1}),
                "policy window: layer 5, step 3: row 1 is evicted twice");
  check_refused(std::make_shared<Scripted>(std::vector<int64_t>{4}),
                "policy window: layer 5, step 3: row 4 is protected or does not exist; candidates "
                "are 0 to 3");
  check_refused(std::make_shared<Scripted>(std::vector<int64_t>{-1}),
                "policy window: layer 5, step 3: row -1 is protected or does not exist; candidates "
                "are 0 to 3");
  check_refused(
      std::make_shared<Scripted>(std::vector<int64_t>{0}),
      "policy window: layer 5, step 3: row 0 is protected or does not exist; candidates are 1 to 2",
      "{sinks: 1, recent: 1}");
}

TEST_CASE("scores that are no numbers are refused") {
  const std::string start =
      "policy window: layer 5, step 3: the score of the row at position 0 is ";
  check_refused(std::make_shared<ConstantScore>(std::numeric_limits<float>::quiet_NaN()),
                start + "nan");
  check_refused(std::make_shared<ConstantScore>(std::numeric_limits<float>::infinity()),
                start + "inf");
  check_refused(std::make_shared<ConstantScore>(-std::numeric_limits<float>::infinity()),
                start + "-inf");
}

TEST_CASE("a decision may give up more than it must") {
  CHECK_NOTHROW(decide_with(std::make_shared<Scripted>(std::vector<int64_t>{3, 0, 1})));
}

TEST_CASE("reading what needs() does not declare fails") {
  StepData data;
  data.layer = 5;
  data.step = 3;
  const Needs nothing;
  const StepView step(data, nothing);
  CHECK_THROWS_WITH(
      step.attention(0),
      "layer 5, step 3: the policy reads attention, which its needs() does not declare");
  CHECK_THROWS_WITH(step.query(0), ContainsSubstring("reads query"));
  CHECK_THROWS_WITH(step.key(0, 0), ContainsSubstring("reads keys"));
  CHECK_THROWS_WITH(step.value(0, 0), ContainsSubstring("reads values"));
  CHECK_THROWS_WITH(step.memory(), ContainsSubstring("reads memory"));
  CHECK_THROWS_WITH(step.uniform(0), ContainsSubstring("reads random"));
  CHECK_THROWS_WITH(step.token(0), ContainsSubstring("reads tokens"));
  CHECK_THROWS_WITH(step.set_memory(), ContainsSubstring("reads set_memory"));
  CHECK_THROWS_WITH(step.head_memory(0), ContainsSubstring("reads head_memory"));
}

TEST_CASE("a setup that cannot hold its protected rows is refused") {
  CHECK_THROWS_WITH(set_up_policy("tova", 0),
                    ContainsSubstring("state_size is 0, which must be 1 or more"));
  CHECK_THROWS_WITH(set_up_policy("tova", -4), ContainsSubstring("state_size is -4"));
  CHECK_THROWS_WITH(
      set_up_policy("streaming", 4),
      ContainsSubstring(
          "policy streaming: sinks (4) + recent (0) must be less than the state size (4)"));
  CHECK_THROWS_WITH(set_up_policy("tova", 8, "{sinks: 3, recent: 5}"),
                    ContainsSubstring("sinks (3) + recent (5)"));
  CHECK_THROWS_WITH(set_up_policy("h2o", 8, "{sinks: 4}"),
                    ContainsSubstring("sinks (4) + recent (4)"));
}

TEST_CASE("a setup that never has as many rows as are quantised together is refused") {
  CHECK_THROWS_WITH(
      set_up_policy("kivi", 64, "{residual: 128}"),
      ContainsSubstring("policy kivi: residual (128) must be from 1 row to the state size (64): "
                        "rows are quantised once so many are there"));
  CHECK_THROWS_WITH(set_up_policy("kivi", 64, "{residual: 0}"),
                    ContainsSubstring("residual (0) must be from 1 row to the state size (64)"));
  CHECK_NOTHROW(set_up_policy("kivi", 64, "{residual: 64}"));
  CHECK_THROWS_WITH(set_up_policy("kivi", 64, "{bits: 3}"), ContainsSubstring("policy.bits"));
  CHECK_THROWS_WITH(set_up_policy("kivi", 64, "{group: 0}"), ContainsSubstring("policy.group"));
  // Of a share of k at least one row.
  CHECK(set_up_policy("kivi", 64).residual(64) == 8);
  CHECK(set_up_policy("kivi", 3).residual(3) == 1);
}

namespace {

/// What a setup is told of a policy with these needs.
template <class Needing>
std::string refusal_of(bool bounded = true) {
  PolicyEntry entry;
  entry.info.name = "mine";
  entry.info.bounded = bounded;
  entry.maker = &make_policy_maker<Needing>;
  try {
    set_up_policy(entry, nullptr, 8);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

class Quantizing : public ScoringPolicy {
 public:
  void score(const StepView& /*step*/, std::span<float> /*scores*/) const override {}
  Needs needs() const override { return {.quantization = quantization()}; }
  virtual Quantization quantization() const {
    return {.bits = 4, .group = 32, .residual = {int64_t{4}}};
  }
};

class ThreeBits final : public Quantizing {
  Quantization quantization() const override {
    return {.bits = 3, .group = 32, .residual = {int64_t{4}}};
  }
};

class EmptyGroups final : public Quantizing {
  Quantization quantization() const override {
    return {.bits = 4, .group = 0, .residual = {int64_t{4}}};
  }
};

class Merging final : public Quantizing, public MergingPolicy {
 public:
  void merge(const StepView& /*step*/, std::span<const int64_t> /*rows*/,
             RowEditor& /*editor*/) const override {}
};

/// Says nothing of which rows go.
class Faceless final : public Policy {};

class DecidesTwice final : public ScoringPolicy, public EvictingPolicy {
 public:
  void score(const StepView& /*step*/, std::span<float> /*scores*/) const override {}
  void evict(const StepView& /*step*/, std::span<float> /*scratch*/,
             Evictions& /*evictions*/) const override {}
};

}  // namespace

TEST_CASE("a policy that asks for what cannot be quantised is refused") {
  CHECK(refusal_of<Quantizing>().empty());
  CHECK(refusal_of<ThreeBits>() ==
        "policy mine: rows can be quantised to 2, 4 or 8 bits, not to 3");
  CHECK(refusal_of<EmptyGroups>() == "policy mine: groups of 0 rows; they must have 1 or more");
  CHECK(refusal_of<Merging>() == "policy mine: rows that are quantised cannot be merged");
  CHECK(refusal_of<Quantizing>(false) == "policy mine: only rows of bounded states are quantised");
}

TEST_CASE("a policy says which rows go, and once") {
  CHECK(refusal_of<Faceless>() ==
        "policy mine: nothing says which rows go: it has to be a ScoringPolicy, an EvictingPolicy, "
        "a PooledPolicy or a PromptPolicy");
  CHECK(refusal_of<Faceless>(false).empty());
  CHECK(refusal_of<DecidesTwice>() ==
        "policy mine: it derives from ScoringPolicy and from EvictingPolicy, of which one decides");
}

TEST_CASE("unknown policies and options are refused with the nearest name") {
  CHECK_THROWS_WITH(set_up_policy("tovaa", 8),
                    ContainsSubstring("unknown policy 'tovaa'; did you mean 'tova'?"));
  CHECK_THROWS_WITH(set_up_policy("tova", 8, "{sink: 1}"),
                    ContainsSubstring("did you mean 'policy.sinks'?"));
  CHECK_THROWS_WITH(set_up_policy("full", 0, "{sinks: 1}"), ContainsSubstring("sinks"));
}

TEST_CASE(
    "nothing is evicted before the state is full: until then every policy is the full model") {
  try {
    decide_with(std::make_shared<Scripted>(std::vector<int64_t>{1}), "{}", 5);
    FAIL("accepted");
  } catch (const PolicyError& error) {
    CHECK(std::string(error.what()) ==
          "policy window: layer 5, step 3: 1 rows are evicted while only 4 of 5 are there");
  }
  CHECK_NOTHROW(decide_with(std::make_shared<Scripted>(std::vector<int64_t>{1}), "{}", 4));
}

TEST_CASE("nothing is evicted until the cache is full, whatever a policy remembers or draws") {
  CHECK(set_up_policy("tova", 16).tokens_before_first_eviction({.tokens = 100}) == 15);
  CHECK(set_up_policy("tova", 16, "{every: 4}").tokens_before_first_eviction({.tokens = 100}) ==
        18);
  CHECK(set_up_policy("tova", 16).tokens_before_first_eviction({.tokens = 10}) == 10);
  CHECK(set_up_policy("full", 0).tokens_before_first_eviction({.tokens = 100}) == 100);
  CHECK(set_up_policy("h2o", 16).tokens_before_first_eviction({.tokens = 100}) == 15);
  CHECK(set_up_policy("h2o", 16).remembers_steps());
  CHECK(set_up_policy("random", 16).tokens_before_first_eviction({.tokens = 100}) == 15);
  CHECK_FALSE(set_up_policy("random", 16).remembers_steps());
  CHECK(set_up_policy("expected_attention", 16).remembers_steps());
  CHECK(set_up_policy("pyramidkv", 64).tokens_before_first_eviction({.tokens = 100}) == 0);
  CHECK(set_up_policy("oracle", 16).tokens_before_first_eviction({.tokens = 100}) == 0);
  // The eighth row is quantised at once, with those before; within a prompt that is cut none is.
  CHECK(set_up_policy("kivi", 16, "{residual: 8}").tokens_before_first_eviction({.tokens = 100}) ==
        7);
  CHECK(set_up_policy("kivi", 16, "{residual: 8, prompt: one_shot}")
            .tokens_before_first_eviction({.tokens = 100, .prompt = 40}) == 39);
}

}  // namespace multistate::test::contract_test
