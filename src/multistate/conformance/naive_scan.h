#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "multistate/engine/layer_state.h"
#include "multistate/policy/setup.h"

namespace multistate {

/// Queries [H][T][D], keys and values [G][T][D] of one layer, in double precision.
struct NaiveInputs {
  static constexpr int64_t kVocabulary = 17;  ///< Of the ids.

  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t head_size = 0;
  int64_t tokens = 0;
  int64_t prompt = 0;           ///< Tokens at the start that are the sample's prompt.
  int64_t question = 0;         ///< How many at its end are its question.
  int64_t layer = 0;            ///< Of the model, for policies that tell layers apart.
  double rope_theta = 10000.0;  ///< Base of the rotations, where a policy asks about them.
  std::optional<int64_t> rotated_size =
      {};                                ///< Elements of a head that RoPE turns; all if not set.
  std::optional<double> scale = {};      ///< Factor of the logits; 1 / sqrt(D) if not set.
  std::optional<double> logit_cap = {};  ///< c: logits become c * tanh(logit / c).
  std::optional<int64_t> window = {};    ///< Newest tokens a query sees, its own included.
  std::vector<int64_t> ids = {};         ///< [T]; see Qkv.
  std::vector<double> queries = {};
  std::vector<double> keys = {};
  std::vector<double> values = {};
  std::vector<double> output = {};  ///< [H][D][C], the output projection; where a policy asks.

  int64_t turned() const { return rotated_size.value_or(head_size); }
  double logit_scale() const {
    return scale.value_or(1.0 / std::sqrt(static_cast<double>(head_size)));
  }

  /// The logit of a product of a query and a key, and exp() of it.
  double logit(double product) const {
    const double logit = product * logit_scale();
    return logit_cap ? *logit_cap * std::tanh(logit / *logit_cap) : logit;
  }
  double exp_of_logit(double product) const { return std::exp(logit(product)); }

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
  int64_t rows_read = 0;                                ///< By all queries of all heads, summed.
  int64_t most_read = 0;                                ///< By one of them.
};

/// Called after every decision, before the rows go: what the policy was shown, memory as it left
/// it, and its buffer of scores [N]; NaN where it wrote none. An entry a set; valid during the
/// call.
using NaiveObserver =
    std::function<void(std::span<const StepView> sets, std::span<const std::span<float>> scores)>;

/// The semantics of a bounded state written down as plainly as possible: loops over tokens, rows
/// and heads in double precision, no tensor library, nothing shared with the engine but the policy
/// itself. With a window a query sees its newest tokens, whatever the policy; it decides only where
/// it acts on windows and may hold fewer rows than they leave. A policy that selects rows does so
/// where there is no window.
NaiveResult naive_scan(const NaiveInputs& inputs, const PolicySetup& setup, SampleSeed seed,
                       int64_t layer, const NaiveObserver& observer = {});

}  // namespace multistate
