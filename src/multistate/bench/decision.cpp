#include "multistate/bench/decision.h"

#include <memory>
#include <optional>
#include <vector>

#include <ATen/ops/randn.h>
#include <c10/core/InferenceMode.h>

#include "multistate/base/stopwatch.h"
#include "multistate/engine/block_scan.h"

namespace multistate {
namespace {

bool runs_in_blocks(const PolicySetup& setup) {
  return &scan_for(setup) == &block_scan();
}

/// Keeps the number of rows as every policy does, and nothing else. What the engine computes for
/// the policy in whose place it stands is in the setup.
class NoOp final : public EvictingPolicy {
 public:
  void evict(const StepView& step, std::span<float> /*scratch*/,
             Evictions& evictions) const override {
    int64_t left = step.excess();
    for (int64_t row = step.first_candidate(); left > 0; ++row) {
      if (step.candidate(row)) {
        evictions.add(row);
        --left;
      }
    }
  }
};

/// Seconds a token.
struct ScanSeconds {
  double all = 0.0;
  double host = 0.0;  ///< See DecisionCost.
};

ScanSeconds seconds_a_token(const AttentionSpec& attention, const PolicySetup& setup,
                            const Qkv& qkv) {
  LayerState state(attention, setup, LayerPlace{}, {}, {.tokens = qkv.tokens()},
                   qkv.keys.options());
  ScanSeconds seconds;
  const BlockScan blocks(std::nullopt, &seconds.host);
  const LayerScan& scan = runs_in_blocks(setup) ? blocks : scan_for(setup);
  seconds.all = seconds_of([&] { scan.attend(qkv, state); });
  const auto tokens = static_cast<double>(qkv.tokens());
  return {seconds.all / tokens, seconds.host / tokens};
}

}  // namespace

DecisionCost measure_decision(const DecoderSpec& spec, const PolicySetup& setup, int64_t tokens,
                              int64_t repetitions) {
  const c10::InferenceMode inference;
  AttentionSpec attention = spec.layers.front().attention;
  attention.window.reset();
  const std::vector<int64_t> ids(static_cast<size_t>(tokens), 0);
  const Qkv qkv = {at::randn({attention.heads, tokens, attention.head_size}),
                   at::randn({attention.kv_heads, tokens, attention.head_size}),
                   at::randn({attention.kv_heads, tokens, attention.head_size}), ids,
                   at::randn({attention.heads * attention.head_size, spec.hidden_size})};
  PolicySetup no_op = setup;
  no_op.use(std::make_shared<NoOp>());
  no_op.needs = setup.needs;
  std::vector<double> with;
  std::vector<double> without;
  std::vector<double> difference;
  std::vector<double> host;
  for (int64_t repetition = 0; repetition < repetitions; ++repetition) {
    const ScanSeconds seconds = seconds_a_token(attention, setup, qkv);
    with.push_back(seconds.all);
    host.push_back(seconds.host);
    without.push_back(seconds_a_token(attention, no_op, qkv).all);
    difference.push_back(with.back() - without.back());
  }
  return {spread_of(with), spread_of(without), spread_of(difference),
          runs_in_blocks(setup) ? std::optional(spread_of(host)) : std::nullopt};
}

}  // namespace multistate
