#include "multistate/engine/state_use.h"

#include "multistate/engine/generator.h"

#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test::state_use_test {
namespace {

std::vector<int64_t> some_ids(int64_t count) {
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < count; ++i) {
    ids.push_back((i * i * 7 + 3 * i) % 256);
  }
  return ids;
}

/// sum_{t < tokens} (t + 1).
int64_t all_rows(int64_t tokens) {
  int64_t sum = 0;
  for (int64_t t = 0; t < tokens; ++t) {
    sum += t + 1;
  }
  return sum;
}

}  // namespace

TEST_CASE("the footprint is the sum of live rows over steps, relative to the full cache") {
  const auto model = tiny_transformer();
  constexpr int64_t kTokens = 50;
  const auto footprint = [&](const PolicySetup& setup, int64_t prompt) {
    return Evaluator(*model, setup).evaluate(some_ids(kTokens), {}, prompt).state.footprint();
  };
  CHECK(footprint(keep_all_setup(), 0) == 1.0);
  // Queries see 1, 2, ..., 8 rows and then always the 8 that are kept with their own.
  double seen = 0.0;
  for (int64_t t = 0; t < kTokens; ++t) {
    seen += static_cast<double>(std::min<int64_t>(t + 1, 9));
  }
  const auto whole = static_cast<double>(all_rows(kTokens));
  for (const char* scope : {"layer", "kv_head"}) {
    const auto setup = set_up_policy("tova", 8, std::string("{scope: ") + scope + "}");
    CHECK(footprint(setup, 0) == approx(seen / whole));
  }
  // A prompt of 20 tokens is attended to as a whole, and then cut.
  double cut = static_cast<double>(all_rows(20)) + 30.0 * 9.0;
  CHECK(footprint(set_up_policy("tova", 8, "{prompt: one_shot}"), 20) == approx(cut / whole));
}

TEST_CASE("the footprint of generation is that of prompt and text together") {
  const auto model = tiny_transformer();
  const auto run = [&](const PolicySetup& setup) {
    const std::vector<GenerationRequest> requests = {
        {.context = nullptr, .prompt = some_ids(12), .max_tokens = 19, .seed = {}}};
    return Generator(*model, setup, {.sampling = {}, .batch = 1, .stop_ids = {}})
        .run(requests, [](size_t, int64_t) { return true; })
        .front()
        .state;
  };
  CHECK(run(keep_all_setup()).footprint() == 1.0);
  // The last token is not run: 12 + 18 steps, of which the first 8 see fewer rows than 9.
  const StateUse use = run(set_up_policy("window", 8));
  CHECK(use.footprint() ==
        approx(static_cast<double>(all_rows(8) + 22 * 9) / static_cast<double>(all_rows(30))));
}

TEST_CASE("two samples' use adds up, and the larger peak keeps its parts") {
  StateUse one = {.peak_rows = 9,
                  .peak_bytes = 100,
                  .peak_memory_bytes = 10,
                  .peak_statistics_bytes = 20,
                  .end_bytes = 40,
                  .evictions = 3,
                  .rows_created = 5,
                  .total_lifetime = 7,
                  .full_lifetime = 10,
                  .reads = {.queries = 10, .total = 30, .peak = 9}};
  const StateUse other = {.peak_rows = 8,
                          .peak_bytes = 101,
                          .peak_memory_bytes = 2,
                          .peak_statistics_bytes = 1,
                          .end_bytes = 50,
                          .evictions = 1,
                          .rows_created = 1,
                          .total_lifetime = 2,
                          .full_lifetime = 8,
                          .reads = {.queries = 2, .total = 6, .peak = 4}};
  one.add(other);
  CHECK(one.peak_rows == 9);
  CHECK(one.peak_bytes == 101);
  CHECK(one.peak_memory_bytes == 2);
  CHECK(one.peak_statistics_bytes == 1);
  CHECK(one.end_bytes == 50);
  CHECK(one.evictions == 4);
  CHECK(one.rows_created == 6);
  CHECK(one.footprint() == 0.5);
  CHECK(one.reads.peak == 9);
  CHECK(one.reads.mean() == 3.0);
  one.add({});
  CHECK(one.peak_memory_bytes == 2);
}

}  // namespace multistate::test::state_use_test
