#pragma once

#include <cstdint>
#include <optional>

#include "multistate/bench/spread.h"
#include "multistate/checkpoint/decoder_spec.h"
#include "multistate/policy/setup.h"

namespace multistate {

/// Cost of a policy's decisions in one layer of a model's shape, in seconds a token.
struct DecisionCost {
  Spread scan;      ///< Attention and decisions.
  Spread no_op;     ///< The same with a policy that reads nothing and evicts the oldest rows.
  Spread decision;  ///< The difference, repetition by repetition.

  /// What of the scan the host does token by token, whatever device multiplies: softmax, the
  /// decision, marks on the rows that go. None for policies that do not run in blocks.
  std::optional<Spread> host;
};

/// In one layer without a window, of `tokens` random tokens, on the CPU; repetitions with and
/// without the policy take turns. `setup` is of a bounded policy.
DecisionCost measure_decision(const DecoderSpec& spec, const PolicySetup& setup, int64_t tokens,
                              int64_t repetitions);

}  // namespace multistate
