#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace multistate {

/// How the samples of a cell make a metric, over the "values" of the lines of samples.jsonl:
///
///     transform(scale * sum_i values_i[numerator] / sum_i values_i[denominator])
struct SampleRatio {
  enum class Transform { kNone, kExp };

  std::string numerator;
  std::optional<std::string> denominator = std::nullopt;  ///< None: 1 a sample, a mean.
  double scale = 1.0;
  Transform transform = Transform::kNone;
};

/// What values a metric can have; an end that is none is open.
struct MetricRange {
  std::optional<double> least = std::nullopt;
  std::optional<double> most = std::nullopt;
};

/// Of shares, and of counts.
inline constexpr MetricRange kShare = {0.0, 1.0};
inline constexpr MetricRange kNotNegative = {0.0, std::nullopt};

/// A number that a cell was run for.
struct Metric {
  double value = 0.0;
  std::optional<double> standard_error;  ///< Over samples, or over clusters of them; none when
                                         ///< there are fewer than two.
  int64_t n = 0;                         ///< Samples.
  bool higher_is_better = false;
  std::string unit;                                   ///< "nats/token"; empty for plain numbers.
  std::optional<SampleRatio> samples = std::nullopt;  ///< None: samples do not tell.
  bool timed = false;  ///< A measured time, rate or memory: another run gives another value.
  std::optional<int64_t> clusters = std::nullopt;  ///< Units that are resampled, each one or more
                                                   ///< samples; none: the samples themselves.
  MetricRange range = {};                          ///< Intervals stay within.
  bool has_direction = true;  ///< Else it describes: neither more nor less of it is better.

  /// Whether more is better; none without a direction.
  std::optional<bool> direction() const {
    return has_direction ? std::optional(higher_is_better) : std::nullopt;
  }
};

using Metrics = std::map<std::string, Metric>;

/// {"value", "stderr", "n", "higher_is_better", "unit"}, of a metric that samples make "samples":
/// {"numerator", "denominator", "scale", "transform"}, "timed": true where it is, of one whose
/// error is over clusters "clusters", and of one that has a range "range": [least, most], null for
/// an open end. "higher_is_better" is null for a metric without a direction. JSON has no NaN and no
/// infinity: such a value is null, with "value_text": "nan", "inf" or "-inf" beside it.
nlohmann::json to_json(const Metric& metric);
nlohmann::json to_json(const Metrics& metrics);

/// The reverse; `source` names the metric in messages. Throws InputError for what is no metric;
/// members that are not known are passed over, "samples" and "clusters" may be absent.
Metric metric_from_json(const nlohmann::json& json, const std::string& source);

/// A number that survives JSON whatever it is: itself, or "nan", "inf", "-inf". And back; any
/// other text is an InputError.
nlohmann::json number_to_json(double value);
double number_from_json(const nlohmann::json& json);

}  // namespace multistate
