#pragma once

#include <cstdint>
#include <vector>

#include "multistate/bench/prefill.h"

namespace multistate {

struct DecodeResult {
  const PrefillCase* measured = nullptr;
  int64_t batch = 0;
  Spread tokens_per_second;  ///< Of all samples together, prompts left out.
  int64_t state_bytes = 0;   ///< Of all samples together, each at its most.
};

/// Decodes `steps` tokens in every sample of a batch, after prompts as long as the case's sample;
/// greedy, and nothing ends early. Every case with every batch, `repetitions` times in turn.
std::vector<DecodeResult> measure_decode(const Transformer& model,
                                         const std::vector<PrefillCase>& cases,
                                         const std::vector<int64_t>& batches, int64_t steps,
                                         int64_t repetitions);

}  // namespace multistate
