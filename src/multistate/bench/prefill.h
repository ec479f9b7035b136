#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "multistate/bench/spread.h"
#include "multistate/engine/evaluator.h"
#include "multistate/model/transformer.h"

namespace multistate {

/// Teacher-forced evaluation of one sample: a policy, a state size, a length.
struct PrefillCase {
  std::string label;
  PolicySetup setup;
  int64_t tokens = 0;
};

struct PrefillResult {
  const PrefillCase* measured = nullptr;
  Spread tokens_per_second;
  Spread linears_tokens_per_second;  ///< Linears alone for as many tokens, in the same repetitions.
  Spread of_linears;                 ///< The ratio of the two, repetition by repetition.
  PhaseSeconds seconds;              ///< Of the last repetition.
  std::optional<int64_t> peak_resident_bytes;  ///< Of the process, weights included.
  StateUse state;
};

/// Runs every case `repetitions` times on random tokens, one repetition of all cases after the
/// other, so that a slow minute of the machine hits all alike.
std::vector<PrefillResult> measure_prefill(const Transformer& model,
                                           const std::vector<PrefillCase>& cases,
                                           int64_t repetitions);

}  // namespace multistate
