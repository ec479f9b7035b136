#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "multistate/bench/prefill.h"

namespace multistate {

struct DecodePlan {
  std::vector<int64_t> batches;         ///< Samples that are decoded together.
  std::optional<int64_t> memory_bytes;  ///< And as many as have a state that fits in here.
  int64_t steps = 32;                   ///< Tokens to decode in each sample.
  int64_t repetitions = 3;
};

struct DecodeResult {
  const PrefillCase* measured = nullptr;
  int64_t batch = 0;
  bool fills_memory = false;         ///< The batch is the largest that fits in the plan's memory.
  Spread tokens_per_second;          ///< Of all samples together, prompts left out.
  Spread linears_tokens_per_second;  ///< See linears_seconds().
  Spread of_linears;                 ///< The share of it that decoding reaches.
  int64_t state_bytes = 0;           ///< Of all samples together, each at its most.
};

/// Decodes tokens in every sample of a batch, after a context as long as the case's sample, which
/// the samples share; greedy, and nothing ends early. Every case with every batch, repetition by
/// repetition in turn. Throws InputError when the memory does not hold one sample's state.
std::vector<DecodeResult> measure_decode(const Transformer& model,
                                         const std::vector<PrefillCase>& cases,
                                         const DecodePlan& plan);

}  // namespace multistate
