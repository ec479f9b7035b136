#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/engine/evaluator.h"

namespace multistate {

/// A sample that goes through a model.
struct ModelInput {
  std::span<const int64_t> ids;
  SampleLength length;
  SampleSeed seed;
};

/// What is left of a sample that went through the model, and what came out.
struct ModelRun {
  at::Tensor hidden;  ///< [T, C], of the last layer, before the final norm.
  SampleState state;
};

/// The state after a step.
struct StateSize {
  std::vector<int64_t> rows;  ///< Of each layer, all its sets together.
  int64_t bytes = 0;
  bool is_full = false;  ///< Every layer has evicted rows by now.
};

/// As a decoder-only Transformer is trained: layer by layer, many tokens at a time, as the scan
/// made for the policy does. Adds to `seconds`.
ModelRun run_parallel(const Transformer& model, const PolicySetup& setup, const ModelInput& input,
                      PhaseSeconds& seconds);

/// As a recurrent network, one token after the other through all layers with the state as the only
/// memory, by the scan that is nothing but the definition of a step (token_scan). Puts the state's
/// size after each step to `sizes`. Adds to `seconds`. Throws InputError for a policy that sees the
/// future, which a recurrence does not have.
ModelRun run_recurrent(const Transformer& model, const PolicySetup& setup, const ModelInput& input,
                       PhaseSeconds& seconds, std::vector<StateSize>& sizes);

/// The first step at which some layer evicts another row in one run than in the other; the number
/// of steps when there is none.
int64_t first_different_step(const SampleState& left, const SampleState& right);

/// How far the size of the state goes up and down once it is full.
struct Fluctuation {
  int64_t rows = 0;   ///< Between most and least in one layer; of the layer where that is most.
  int64_t bytes = 0;  ///< Between most and least of the whole state.
};

/// Over the steps that leave a full state; none when there is no such step.
std::optional<Fluctuation> fluctuation_of(std::span<const StateSize> sizes);

}  // namespace multistate
