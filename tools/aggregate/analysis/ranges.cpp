#include "aggregate/analysis/ranges.h"

#include <algorithm>
#include <cmath>

#include "aggregate/statistics/shares.h"

namespace multistate::aggregate {
namespace {

/// A value within (least, most) on the whole line, and back.
class Scale {
 public:
  explicit Scale(const MetricRange& range) : range_(range) {}

  bool is_inside(double value) const {
    return (!range_.least || value > *range_.least) && (!range_.most || value < *range_.most);
  }
  double up(double value) const {
    if (range_.least && range_.most) {
      return std::log((value - *range_.least) / (*range_.most - value));
    }
    return range_.least ? std::log(value - *range_.least) : -std::log(*range_.most - value);
  }
  double slope(double value) const {
    if (range_.least && range_.most) {
      return (*range_.most - *range_.least) / ((value - *range_.least) * (*range_.most - value));
    }
    return range_.least ? 1.0 / (value - *range_.least) : 1.0 / (*range_.most - value);
  }
  double down(double line) const {
    if (range_.least && range_.most) {
      return *range_.least + (*range_.most - *range_.least) / (1.0 + std::exp(-line));
    }
    return range_.least ? *range_.least + std::exp(line) : *range_.most - std::exp(-line);
  }

 private:
  const MetricRange& range_;
};

/// Whether every unit is one answer, right or wrong.
bool is_binary(const CellScores& scores, const MetricRange& range) {
  const RatioScores units = scores.by_unit.scores();
  for (size_t i = 0; i < units.size(); ++i) {
    const double value = scores.form.value(units.numerators[i]);
    if (units.denominators[i] != 1.0 || (value != *range.least && value != *range.most)) {
      return false;
    }
  }
  return true;
}

std::optional<Interval> wilson_within(const MetricRange& range, double value, size_t n) {
  const double width = *range.most - *range.least;
  const auto units = static_cast<double>(n);
  const auto share = wilson_interval((value - *range.least) / width * units, units);
  if (!share) {
    return std::nullopt;
  }
  return Interval{*range.least + width * share->low, *range.least + width * share->high};
}

/// The t interval on the whole line, and back (delta method).
std::optional<Interval> interval_on(const Scale& scale, const Estimate& estimate, size_t n) {
  const auto line = t_interval(
      Estimate{scale.up(estimate.value), *estimate.standard_error * scale.slope(estimate.value)},
      n);
  return Interval{scale.down(line->low), scale.down(line->high)};
}

}  // namespace

std::optional<Interval> interval_within(const MetricRange& range, const CellScores& scores,
                                        Resampling& resampling) {
  const RatioScores units = scores.by_unit.scores();
  const Estimate estimate = estimate_of(units, scores.form);
  if (!std::isfinite(estimate.value) || units.size() < 2) {
    return std::nullopt;
  }
  const Scale scale(range);
  const bool inside = scale.is_inside(estimate.value);
  if (range.least && range.most && (!inside || is_binary(scores, range))) {
    return wilson_within(range, std::clamp(estimate.value, *range.least, *range.most),
                         units.size());
  }
  if (!inside) {
    return std::nullopt;
  }
  if (resampling.plan(units.size()) != nullptr) {
    return resampling.interval(units, scores.form);
  }
  return interval_on(scale, estimate, units.size());
}

std::optional<Interval> interval_of(const Metric& metric) {
  const auto n = static_cast<size_t>(metric.clusters.value_or(metric.n));
  const MetricRange& range = metric.range;
  if (!metric.standard_error || !std::isfinite(metric.value) || n < 2) {
    return std::nullopt;
  }
  const Estimate estimate = {metric.value, metric.standard_error};
  if (!range.least && !range.most) {
    return t_interval(estimate, n);
  }
  const Scale scale(range);
  if (scale.is_inside(metric.value)) {
    return interval_on(scale, estimate, n);
  }
  return range.least && range.most
             ? wilson_within(range, std::clamp(metric.value, *range.least, *range.most), n)
             : std::nullopt;
}

}  // namespace multistate::aggregate
