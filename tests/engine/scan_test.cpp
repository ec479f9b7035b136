#include <array>
#include <limits>
#include <memory>
#include <optional>

#include <fmt/format.h>

#include "multistate/conformance/cases.h"
#include "multistate/conformance/naive_scan.h"
#include "multistate/conformance/scan_run.h"
#include "multistate/engine/block_scan.h"
#include "multistate/engine/places.h"
#include "multistate/engine/window_setup.h"

#include "support/prompt_only.h"
#include "support/scan_equality.h"
#include "support/spread_cases.h"
#include "support/token_kinds.h"
#include "support/torch.h"

namespace multistate::test::scan_test {
namespace {

using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;

constexpr int64_t kTokens = 24;

struct Shape {
  int64_t heads;
  int64_t kv_heads;
};

constexpr std::array kShapes = {Shape{4, 4}, Shape{6, 2}, Shape{4, 1}};  // MHA, GQA, MQA

struct NamedScan {
  std::string name;
  std::shared_ptr<const LayerScan> scan;
};

/// Every scan that can run a policy on that many tokens, blocks in several sizes.
std::vector<NamedScan> scans_of(const PolicySetup& setup, int64_t tokens = kTokens) {
  const auto shared = [](const LayerScan& scan) {
    return std::shared_ptr<const LayerScan>(std::shared_ptr<void>(), &scan);
  };
  if (!setup.bounded()) {
    return {{"causal scan", shared(causal_scan())}};
  }
  std::vector<NamedScan> scans = {{"token scan", shared(token_scan())}};
  if (&scan_for(setup) == &token_scan()) {
    return scans;
  }
  scans.push_back({"block scan", shared(block_scan())});
  for (const int64_t block : {1, 7, 64, 1000}) {
    // The block scan's own size is 32 or more: few tokens are one block already.
    if (block < tokens || tokens > 32) {
      scans.push_back({fmt::format("blocks of {}", block), std::make_shared<BlockScan>(block)});
    }
  }
  return scans;
}

}  // namespace

TEST_CASE("every scan equals naive loops in double precision, for every policy") {
  const SampleSeed seed = {.seed = 3, .sample = 5};
  // Each shape with all sizes: multistate check-policy.
  for (const auto& [shape, k] :
       {std::pair(kShapes[0], 5), {kShapes[1], 1}, {kShapes[1], 16}, {kShapes[2], 5}}) {
    const auto inputs = NaiveInputs::random(shape.heads, shape.kv_heads, kTokens, 7);
    for (const PolicyCase& policy : all_policy_cases(k)) {
      const auto naive = naive_scan(inputs, policy.setup, seed, 0);
      for (const NamedScan& scan : scans_of(policy.setup)) {
        INFO(policy.name << ", heads " << shape.heads << "/" << shape.kv_heads << ", "
                         << scan.name);
        check_equal(run_scan(*scan.scan, inputs, policy.setup, seed), naive);
      }
    }
  }
}

TEST_CASE("scale, cap and rotated share of a layer are the same in every scan and in the loops") {
  struct Kind {
    const char* name;
    std::optional<double> scale;
    std::optional<double> cap;
    std::optional<int64_t> rotated;
  };
  constexpr std::array<Kind, 4> kKinds = {{{"an odd scale", 0.2, {}, {}},
                                           {"capped logits", 0.7, 3.0, {}},
                                           {"half of a head rotated", {}, {}, 4},
                                           {"no rotation, capped", {}, 2.0, 0}}};
  const SampleSeed seed = {.seed = 3, .sample = 5};
  for (const Kind& kind : kKinds) {
    auto inputs = NaiveInputs::random(6, 2, kTokens, 9);
    inputs.scale = kind.scale;
    inputs.logit_cap = kind.cap;
    inputs.rotated_size = kind.rotated;
    for (const PolicyCase& policy : spread_policy_cases(5)) {
      const auto naive = naive_scan(inputs, policy.setup, seed, 0);
      for (const NamedScan& scan : scans_of(policy.setup)) {
        INFO(kind.name << ", " << policy.name << ", " << scan.name);
        check_equal(run_scan(*scan.scan, inputs, policy.setup, seed), naive);
      }
    }
    for (const char* positions : {"in_cache", "log_gap"}) {
      for (const char* name : {"tova", "h2o", "expected_attention"}) {
        const auto setup = set_up_policy(
            name, 5, fmt::format("{{positions: {}, sinks: 1, recent: 1}}", positions));
        const auto naive = naive_scan(inputs, setup, seed, 0);
        for (const NamedScan& scan : scans_of(setup)) {
          INFO(kind.name << ", " << name << ", positions " << positions << ", " << scan.name);
          check_equal(run_scan(*scan.scan, inputs, setup, seed), naive);
        }
      }
    }
  }
}

TEST_CASE("a layer with a window keeps its newest rows by itself, whatever the policy") {
  for (const int64_t window : {2, 7, 24, 40}) {
    auto inputs = NaiveInputs::random(6, 2, kTokens, 11);
    inputs.window = window;
    inputs.logit_cap = 5.0;
    for (const auto& setup : {keep_all_setup(), set_up_policy("tova", 3, "{scope: kv_head}"),
                              set_up_policy("pyramidkv", 6, "{recent: 2}"),
                              set_up_policy("h2o", 3, "{positions: in_cache}")}) {
      const auto naive = naive_scan(inputs, setup, {}, 0);
      REQUIRE(naive.kept.size() == 1);
      CHECK(naive.kept.front().back().size() == static_cast<size_t>(std::min(window - 1, kTokens)));
      for (const NamedScan& scan : scans_of(window_setup(window - 1))) {
        INFO("window " << window << ", " << setup.entry->info.name << ", " << scan.name);
        for (const int64_t calls : {1, 5}) {
          check_equal(run_scan(*scan.scan, inputs, setup, {}, calls), naive);
        }
      }
    }
  }
}

TEST_CASE("a policy that acts on windows evicts what they have passed, and by itself beyond k") {
  // With 5 rows a window of 6 leaves nothing to the policy, one of 8 only where it evicts at every
  // step.
  for (const int64_t window : {6, 8, 13}) {
    auto inputs = NaiveInputs::random(6, 2, kTokens, 12);
    inputs.window = window;
    for (PolicyCase policy : spread_policy_cases(5)) {
      policy.setup.common.windowed_layers = WindowedLayers::kPolicy;
      INFO("window " << window << ", " << policy.name);
      const auto naive = naive_scan(inputs, policy.setup, {}, 0);
      const bool acts = policy.setup.bounded() && window - 1 > 5 + policy.setup.common.every - 1;
      const LayerScan& scan = scan_for(acts ? policy.setup : window_setup(window - 1));
      check_equal(run_scan(scan, inputs, policy.setup), naive);
      check_equal(run_scan(token_scan(), inputs, policy.setup), naive);
      if (&scan == &block_scan()) {
        check_equal(run_scan(BlockScan(7), inputs, policy.setup), naive);
      }
      if (!policy.setup.needs.future) {
        check_equal(run_scan(scan, inputs, policy.setup, {}, 5), naive);
      }
      for (const auto& kept : naive.kept.front()) {
        CHECK(static_cast<int64_t>(kept.size()) < window);
      }
    }
  }
}

TEST_CASE("a window passes the first tokens too, and the prompt's, wherever rows are rotated to") {
  auto inputs = NaiveInputs::random(6, 2, 60, 13);
  inputs.window = 20;
  inputs.prompt = 33;
  inputs.logit_cap = 4.0;
  for (const char* name : {"tova", "h2o", "streaming", "lagkv", "adakv", "kivi", "weightedkv"}) {
    for (const char* options : {"prompt: one_shot", "positions: in_cache", "positions: log_gap"}) {
      CAPTURE(name, options);
      // Over a base that does not score whole prompts, which windows leave none of.
      const char* base = name == std::string("adakv") ? "base: h2o, " : "";
      const auto setup = set_up_policy(
          name, 9,
          fmt::format("{{windowed_layers: policy, sinks: 2, recent: 2, {}{}}}", base, options));
      const auto naive = naive_scan(inputs, setup, {}, 0);
      for (const auto& [scan, calls] :
           {std::pair(&scan_for(setup), 1), {&token_scan(), 1}, {&scan_for(setup), 7}}) {
        const auto run = run_scan(*scan, inputs, setup, {}, calls);
        check_equal(run, naive);
        // Position 0 is seen last by the token at 19.
        CHECK(run.sets.front().trace.evicted_at()[0] == 19);
      }
    }
  }
}

TEST_CASE("an exact plan of the future is refused within windows") {
  auto inputs = NaiveInputs::random(4, 2, kTokens, 14);
  inputs.window = 13;
  const auto setup = set_up_policy("oracle", 5, "{windowed_layers: policy, exact: true}");
  CHECK_THROWS_WITH(run_scan(token_scan(), inputs, setup),
                    "policy oracle: an exact plan knows no sliding windows; layer 0 has one of 13 "
                    "tokens (policy.windowed_layers: native leaves it to the layer)");
}

TEST_CASE("tokens may come in several calls") {
  const auto inputs = NaiveInputs::random(6, 2, kTokens, 8);
  for (const PolicyCase& policy : spread_policy_cases(6)) {
    if (policy.setup.needs.future) {
      continue;  // Its samples are one call.
    }
    const auto naive = naive_scan(inputs, policy.setup, {}, 0);
    for (const NamedScan& scan : scans_of(policy.setup)) {
      INFO(policy.name << ", " << scan.name);
      check_equal(run_scan(*scan.scan, inputs, policy.setup, {}, 5), naive);
    }
  }
}

TEST_CASE("blocks equal tokens where blocks are many and states large") {
  constexpr int64_t kMany = 150;
  const auto inputs = NaiveInputs::random(6, 2, kMany, 10);
  for (const int64_t k : {9, 110}) {
    for (const PolicyCase& policy : all_policy_cases(k)) {
      if (policy.setup.common.every != 3 || policy.setup.common.sinks == 0) {
        continue;
      }
      const auto naive = naive_scan(inputs, policy.setup, {}, 0);
      for (const NamedScan& scan : scans_of(policy.setup, kMany)) {
        INFO(policy.name << ", " << scan.name);
        check_equal(run_scan(*scan.scan, inputs, policy.setup), naive);
      }
    }
  }
}

TEST_CASE("ties and weights that underflow: all scans keep the same rows") {
  // One head a set, so that a score is one weight and equal logits are the only ties; logits are
  // exact in any order of summation, so that equal ones are equal to the last bit.
  constexpr int64_t kMany = 100;
  for (const auto& [largest, k] : {std::pair(0, 33), {1, 5}, {40, 5}, {40, 33}}) {
    const auto inputs = NaiveInputs::integers(2, 2, kMany, 11, largest);
    for (const PolicyCase& policy : all_policy_cases(k)) {
      // Quantised keys are no integers any more.
      if (policy.setup.common.scope != Scope::kKvHead || policy.setup.common.every == 1 ||
          policy.setup.needs.quantization) {
        continue;
      }
      const auto expected = run_scan(token_scan(), inputs, policy.setup);
      for (const NamedScan& scan : scans_of(policy.setup, kMany)) {
        INFO(policy.name << ", logits up to " << 4 * largest * largest << ", " << scan.name);
        check_equal(run_scan(*scan.scan, inputs, policy.setup), expected);
      }
    }
  }
}

TEST_CASE("equal scores evict the oldest row") {
  // Queries of zeros give every row the same weight, so TOVA has only ties.
  auto inputs = NaiveInputs::random(4, 2, kTokens, 9);
  std::fill(inputs.queries.begin(), inputs.queries.end(), 0.0);
  const auto setup = set_up_policy("tova", 4);
  for (const NamedScan& scan : scans_of(setup)) {
    INFO(scan.name);
    const auto run = run_scan(*scan.scan, inputs, setup);
    CHECK(run.sets.front().trace.kept_after(10) == std::vector<int64_t>{7, 8, 9, 10});
  }
}

TEST_CASE("a query that is not a number stops the run, whichever scan") {
  auto inputs = NaiveInputs::random(4, 2, kTokens, 12);
  inputs.queries[13 * 8] = std::numeric_limits<double>::quiet_NaN();
  const auto setup = set_up_policy("tova", 4);
  for (const NamedScan& scan : scans_of(setup)) {
    INFO(scan.name);
    CHECK_THROWS_WITH(
        run_scan(*scan.scan, inputs, setup),
        StartsWith("policy tova: layer 0, step 13: the score of the row at position") &&
            EndsWith(" is nan"));
  }
}

TEST_CASE("rows that are rotated anew: all scans == naive loops") {
  const auto inputs = NaiveInputs::random(6, 2, kTokens, 31);
  for (const std::string& name : policy_registry().names()) {
    const PolicyEntry& entry = *policy_registry().find(name);
    if (!entry.info.bounded || entry.needs().future || decides_prompt_only(entry)) {
      continue;
    }
    for (const char* positions : {"in_cache", "log_gap"}) {
      CAPTURE(name, positions);
      const auto setup = set_up_with_kinds(
          name, 5, fmt::format("{{positions: {}, sinks: 1, recent: 1}}", positions));
      const auto naive = naive_scan(inputs, setup, {}, 0);
      for (const NamedScan& scan : scans_of(setup)) {
        INFO(scan.name);
        check_equal(run_scan(*scan.scan, inputs, setup, {}), naive);
      }
    }
  }
}

TEST_CASE("rows that are rotated anew run in blocks where the policy sees no keys or queries") {
  for (const char* positions : {"{positions: in_cache}", "{positions: log_gap}"}) {
    CHECK(&scan_for(set_up_policy("tova", 5, positions)) == &block_scan());
    CHECK(&scan_for(set_up_policy("h2o", 5, positions)) == &block_scan());
    CHECK(&scan_for(set_up_policy("keydiff", 5, positions)) == &token_scan());
    CHECK(&scan_for(set_up_policy("expected_attention", 5, positions)) == &token_scan());
    CHECK(&scan_for(set_up_policy("weightedkv", 5, positions)) == &token_scan());
  }
}

TEST_CASE("rows that are rotated anew: blocks == naive loops where gaps grow and calls are many") {
  // Few rows, many tokens: gaps between neighbours go beyond 10, and every row moves many times.
  constexpr int64_t kMany = 160;
  const auto compare = [](const NaiveInputs& inputs, const PolicySetup& setup) {
    const auto naive = naive_scan(inputs, setup, {}, 0);
    check_equal(run_scan(token_scan(), inputs, setup), naive);
    for (const int64_t calls : {1, 50}) {
      check_equal(run_scan(block_scan(), inputs, setup, {}, calls), naive);
    }
  };
  for (const Shape& shape : kShapes) {
    const auto inputs = NaiveInputs::random(shape.heads, shape.kv_heads, kMany, 34);
    for (const char* name : {"tova", "h2o", "random", "scissorhands", "adakv"}) {
      for (const char* positions : {"in_cache", "log_gap"}) {
        // Small states evict at every step, larger ones at every fourth.
        for (const auto& [k, every] : {std::pair(7, 1), {30, 4}}) {
          CAPTURE(name, positions, k, every, shape.heads);
          compare(inputs, set_up_policy(name, k,
                                        fmt::format("{{positions: {}, every: {}, recent: 2}}",
                                                    positions, every)));
        }
      }
    }
  }
}

TEST_CASE("places: ranks, and gaps whose logarithm of the logarithm is taken beyond 10") {
  const std::vector<int64_t> positions = {3, 4, 14, 25};
  CHECK(places_of(positions, Positions::kOriginal) == std::vector<double>{3, 4, 14, 25});
  CHECK(places_of(positions, Positions::kInCache) == std::vector<double>{0, 1, 2, 3});
  const auto places = places_of(positions, Positions::kLogGap);
  CHECK(places[0] == 0.0);
  CHECK(places[1] == 1.0);
  CHECK(places[2] == 11.0);
  // ln(ln 11) = ln 2.3979 = 0.8746
  CHECK(places[3] == approx(11.8746).margin(1e-4));
}

}  // namespace multistate::test::scan_test
