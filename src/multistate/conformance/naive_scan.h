#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "multistate/engine/layer_state.h"
#include "multistate/policy/setup.h"

namespace multistate {

/// Queries [H][T][D], keys and values [G][T][D] of one layer, in double precision.
struct NaiveInputs {
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t head_size = 0;
  int64_t tokens = 0;
  int64_t prompt = 0;           ///< Tokens at the start that are the sample's prompt.
  double rope_theta = 10000.0;  ///< Base of the rotations, where a policy asks about them.
  std::vector<double> queries = {};
  std::vector<double> keys = {};
  std::vector<double> values = {};

  /// Normal random numbers; `spread` widens the logits.
  static NaiveInputs random(int64_t heads, int64_t kv_heads, int64_t tokens, uint64_t seed,
                            double spread = 2.0);

  /// Integers from -largest to largest, and a head size that makes the factor of the logits a power
  /// of two.
  static NaiveInputs integers(int64_t heads, int64_t kv_heads, int64_t tokens, uint64_t seed,
                              int64_t largest);
};

struct NaiveResult {
  std::vector<double> attended;                         ///< [T][H][D]
  std::vector<std::vector<std::vector<int64_t>>> kept;  ///< Positions by set and step.
};

/// Called after every decision, before the rows go: what the policy was shown, memory as it left
/// it, and its buffer of scores [N]; NaN where it wrote none. An entry a set; valid during the
/// call.
using NaiveObserver =
    std::function<void(std::span<const StepView> sets, std::span<const std::span<float>> scores)>;

/// The semantics of a bounded state written down as plainly as possible: loops over tokens, rows
/// and heads in double precision, no tensor library, nothing shared with the engine but the policy
/// itself.
NaiveResult naive_scan(const NaiveInputs& inputs, const PolicySetup& setup, SampleSeed seed,
                       int64_t layer, const NaiveObserver& observer = {});

}  // namespace multistate
