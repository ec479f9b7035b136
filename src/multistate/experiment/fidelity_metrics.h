#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/experiment/experiment.h"
#include "multistate/experiment/fidelity.h"
#include "multistate/experiment/stretches.h"

namespace multistate {

/// The p-th percentile of one or more numbers, by linear interpolation between the two nearest
/// (definition 7 of Hyndman and Fan, Sample Quantiles in Statistical Packages, 1996; the default of
/// numpy and R). NaN when one of them is NaN.
double percentile(std::vector<double> numbers, double p);

/// Divergences of tokens of one kind, added up.
class DivergenceSums {
 public:
  void add(const Divergence& divergence);

  /// Puts "<kind>kl_sum", "<kind>same_top_sum" and "<kind>probability_change_sum" into a record's
  /// values.
  void write(const std::string& kind, nlohmann::json& values) const;

  /// Means over the tokens of a kind, whose number a record's values have as `tokens`:
  /// "<kind>kl", "<kind>same_top" and "<kind>probability_change". NaN where there are none.
  static void summarize(std::span<const SampleRecord> records, const std::string& kind,
                        const std::string& tokens, Metrics& metrics);

 private:
  double kl_ = 0.0;
  int64_t same_top_ = 0;
  double probability_change_ = 0.0;
};

/// How the predictions of a chunk's tokens differ from the full cache's, one token after the other.
class ChunkDivergences {
 public:
  void add(int64_t place, const Divergence& divergence);

  /// Puts into a record's values: "compared_tokens", DivergenceSums of the kind "", percentiles
  /// over the chunk's tokens ("kl_median", "kl_p90", "kl_p99", "probability_change_p1", "_p10",
  /// "_median", "_p90", "_p99"), and "kl_by_place", "same_top_by_place" and
  /// "probability_change_by_place" by place in the chunk, as StretchSums with doubling stretches.
  void write(nlohmann::json& values) const;

 private:
  DivergenceSums sums_;
  std::vector<double> kls_;
  std::vector<double> probability_changes_;
  StretchSums kl_by_place_{Stretches::doubling()};
  StretchSums same_top_by_place_{Stretches::doubling()};
  StretchSums probability_change_by_place_{Stretches::doubling()};
};

/// Puts "kept_attention", the mean over layers, and "kept_attention_by_layer" into a record's
/// values, if the evaluation was compared so.
void write_kept_attention(const ComparedEvaluation& compared, nlohmann::json& values);

/// Adds what records with such values make, and nothing for those that have none:
///
///     kl, same_top, probability_change    means over tokens, of sums over chunks
///     kl_median, kl_p90, ...              means over chunks of the percentile in each chunk
///     kept_attention                      mean over chunks
///
/// all with standard errors over chunks, and the series kl_by_place, same_top_by_place,
/// probability_change_by_place and kept_attention_by_layer.
void summarize_fidelity(std::span<const SampleRecord> records, Summary& summary);

}  // namespace multistate
