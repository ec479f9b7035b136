#include "multistate/experiment/chunks.h"

#include <array>
#include <tuple>

#include "support/catch.h"

namespace multistate::test::chunks_test {
namespace {

using Chunks = std::vector<std::vector<int64_t>>;

/// Document, begin and first scored token of each.
Chunks numbers_of(const ChunkPlan& plan) {
  Chunks chunks;
  for (const Chunk& chunk : plan.chunks) {
    chunks.push_back({chunk.document, chunk.begin, chunk.first_scored});
  }
  return chunks;
}

}  // namespace

TEST_CASE("chunks do not overlap unless asked to, and what fills none is counted") {
  const std::array<int64_t, 1> tokens = {25};
  const auto plan = plan_chunks(tokens, {.length = 10, .stride = 10, .skip = 0}, 0);
  CHECK(numbers_of(plan) == Chunks{{0, 0, 0}, {0, 10, 10}});
  CHECK(plan.documents[0].left_over == 5);
  CHECK(plan.documents[0].chunks == 2);
}

TEST_CASE("with a stride only new tokens are scored, the rest is context") {
  const std::array<int64_t, 1> tokens = {20};
  const auto plan = plan_chunks(tokens, {.length = 10, .stride = 4, .skip = 0}, 0);
  // Starts 0, 4, 8; from the second on the first 6 tokens were scored before.
  CHECK(numbers_of(plan) == Chunks{{0, 0, 0}, {0, 4, 10}, {0, 8, 14}});
  CHECK(plan.documents[0].left_over == 2);
}

TEST_CASE("chunks are taken from the documents in turn, so that a limit leaves none out") {
  const std::array<int64_t, 3> tokens = {30, 5, 20};
  const auto plan = plan_chunks(tokens, {.length = 10, .stride = 10, .skip = 0}, 3);
  CHECK(numbers_of(plan) == Chunks{{0, 0, 0}, {2, 0, 0}, {0, 10, 10}});
  CHECK(plan.documents[0].selected == 2);
  CHECK(plan.documents[1].chunks == 0);
  CHECK(plan.documents[1].left_over == 5);
  CHECK(plan.documents[2].selected == 1);
}

TEST_CASE("chunks that are skipped are the first ones that would be taken") {
  const std::array<int64_t, 3> tokens = {30, 5, 20};
  const ChunkRule rule = {.length = 10, .stride = 10, .skip = 0};
  // Without skipping: (0, 0), (2, 0), (0, 10), (2, 10), (0, 20).
  const auto plan = plan_chunks(tokens, rule, 2, 1);
  CHECK(numbers_of(plan) == Chunks{{2, 0, 0}, {0, 10, 10}});
  CHECK(plan.documents[0].chunks == 3);
  CHECK(plan.documents[0].selected == 1);
  CHECK(plan.documents[2].selected == 1);
  CHECK(numbers_of(plan_chunks(tokens, rule, 0, 4)) == Chunks{{0, 20, 20}});
  CHECK(plan_chunks(tokens, rule, 0, 5).chunks.empty());
}

TEST_CASE("skipped tokens are passed over in every document, short ones included") {
  const std::array<int64_t, 2> tokens = {25, 3};
  const auto plan = plan_chunks(tokens, {.length = 10, .stride = 10, .skip = 7}, 0);
  CHECK(numbers_of(plan) == Chunks{{0, 7, 7}});
  CHECK(plan.documents[0].skipped == 7);
  CHECK(plan.documents[0].left_over == 8);
  CHECK(plan.documents[1].skipped == 3);
  CHECK(plan.documents[1].left_over == 0);
}

}  // namespace multistate::test::chunks_test
