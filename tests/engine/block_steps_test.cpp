#include "multistate/engine/block_steps.h"

#include <cstdlib>
#include <new>

#include <ATen/ops/rand.h>

#include "multistate/conformance/cases.h"
#include "multistate/engine/decision.h"
#include "multistate/engine/layer_scan.h"

#include "support/spread_cases.h"
#include "support/torch.h"

namespace {

// The tensor library allocates with new as well: every tensor has an object of its own.
thread_local int64_t allocations = 0;

}  // namespace

// Not inlined: GCC warns where it sees one half of a pair.
void* operator new(std::size_t size, const std::nothrow_t& /*tag*/) noexcept {
  ++allocations;
  return std::malloc(size == 0 ? 1 : size);
}
void* operator new(std::size_t size) {
  if (void* memory = operator new(size, std::nothrow)) {
    return memory;
  }
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t& /*tag*/) noexcept {
  std::free(memory);
}
[[gnu::noinline]] void operator delete(void* memory, std::size_t /*size*/) noexcept {
  std::free(memory);
}

namespace multistate::test::block_steps_test {
namespace {

constexpr int64_t kTokens = 64;

Qkv random_qkv() {
  return {at::rand({4, kTokens, 8}), at::rand({2, kTokens, 8}), at::rand({2, kTokens, 8})};
}

/// Allocations in a block of `tokens` that is not the first.
int64_t allocations_of(const PolicySetup& setup, int64_t tokens) {
  AttentionSpec attention;
  attention.heads = 4;
  attention.kv_heads = 2;
  attention.head_size = 8;
  attention.scale = 1.0 / std::sqrt(static_cast<double>(attention.head_size));
  attention.rotation.size = attention.head_size;
  LayerState state(attention, setup, LayerPlace{}, {}, {.tokens = 8 * kTokens}, at::kFloat);
  const auto qkv = random_qkv();
  const auto attended = make_attended(qkv);
  auto& set = state.sets().front();
  const auto inputs =
      inputs_of_set(qkv, attended, state.attention(), 0, static_cast<int64_t>(state.sets().size()));
  BlockSteps steps(inputs, state, set);
  GroupDecision decision(setup, 1);
  std::vector<StepData> data(1);
  std::vector<std::span<float>> scores(1);
  int64_t last = 0;
  for (int round = 0; round < 8; ++round) {  // The first ones make room.
    set.rows.append(inputs.keys.narrow(1, 0, tokens), inputs.values.narrow(1, 0, tokens),
                    set.trace.tokens());
    const auto logits = at::rand({inputs.heads(), tokens, set.rows.rows()});
    decision.reserve(set.rows.rows());
    const BlockRows rows = {set.rows.keys(), set.rows.values()};
    const int64_t before = allocations;
    steps.begin(logits, rows, 0);
    for (int64_t token = 0; token < tokens; ++token) {
      steps.attend(token, data[0]);
      scores[0] = steps.scores(data[0]);
      decision.decide(data, scores);
      steps.evict(decision.evictions(0));
    }
    last = allocations - before;
    set.rows.erase(steps.end());
  }
  return last;
}

}  // namespace

TEST_CASE("the steps of a block allocate nothing") {
  for (const PolicyCase& policy : all_policy_cases(5)) {
    // The rounds below are no whole sample.
    if (&scan_for(policy.setup) != &block_scan() || policy.setup.needs.future) {
      continue;
    }
    INFO(policy.name);
    // What a block prepares may cost something, its steps may not.
    CHECK(allocations_of(policy.setup, kTokens) == allocations_of(policy.setup, 8));
  }
  CHECK(allocations_of(set_up_policy("tova", 5), kTokens) == 0);
}

TEST_CASE("the count sees what it is there for") {
  const int64_t before = allocations;
  const auto tensor = at::rand({4}).add(1.0);
  CHECK(allocations - before >= 2);
  CHECK(tensor.numel() == 4);
}

}  // namespace multistate::test::block_steps_test
