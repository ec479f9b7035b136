#include "multistate/engine/shared_prefix.h"

#include <algorithm>

#include "support/spread_cases.h"
#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test::shared_prefix_test {

TEST_CASE("a run that takes over a prefix equals one from the start, for every policy") {
  constexpr int64_t kPrompt = 40;
  const auto model = tiny_transformer();
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < 60; ++i) {
    ids.push_back((i * i * 7 + 3 * i) % 256);
  }
  int64_t taken_over = 0;
  for (const int64_t k : {1, 9, 60}) {
    for (const PolicyCase& policy : spread_policy_cases(k)) {
      if (policy.setup.common.sinks > 0) {
        continue;
      }
      const Evaluator evaluator(*model, policy.setup);
      const SampleSeed seed = {.seed = 1, .sample = 2};
      const auto alone = evaluator.evaluate(ids, seed, kPrompt);
      for (const int64_t tokens : {1, 8, 30, 60}) {
        INFO(policy.name << ", prefix of " << tokens);
        SharedPrefix prefix(tokens);
        const auto first = evaluator.evaluate(ids, seed, kPrompt, &prefix);
        const auto second = evaluator.evaluate(ids, seed, kPrompt, &prefix);
        REQUIRE(second.losses.size() == ids.size() - 1);
        for (size_t i = 0; i < alone.losses.size(); ++i) {
          REQUIRE(std::abs(second.losses[i] - alone.losses[i]) <
                  1e-5 * std::max(1.0, alone.losses[i]));
        }
        CHECK(first.losses == second.losses);
        CHECK(second.state.peak_rows == alone.state.peak_rows);
        CHECK(second.state.peak_bytes == alone.state.peak_bytes);
        CHECK(second.state.evictions == alone.state.evictions);
        CHECK(second.state.rows_created == alone.state.rows_created);
        CHECK(second.state.total_lifetime == alone.state.total_lifetime);
        const SampleLength length = {.tokens = 60, .prompt = kPrompt};
        const int64_t beside = alone.computed_tokens - 60;  // What is run again to be measured.
        CHECK((beside > 0) == policy.setup.measures_prompt(length));
        const int64_t shared = std::min(policy.setup.tokens_before_first_eviction(length), tokens);
        CHECK(second.computed_tokens == 60 - shared + beside);
        CHECK(first.computed_tokens == (shared == 0 ? 60 : 60 - shared + tokens) + beside);
        taken_over += shared;
      }
    }
  }
  CHECK(taken_over > 2000);
}

}  // namespace multistate::test::shared_prefix_test
