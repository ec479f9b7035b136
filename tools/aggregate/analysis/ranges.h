#pragma once

#include <optional>

#include "multistate/aggregate/score_table.h"
#include "multistate/results/metric.h"

namespace multistate::aggregate {

/// An interval of a metric that stays within its range.
///
/// * A share of answers that are right or wrong, each a unit, and a share at an end of its range:
///   Wilson's interval, of as many answers as there are units.
/// * Else the bootstrap over units, whose replicates stay within.
/// * For fewer units than that takes: the t interval on the logit scale of a range with two ends,
/// on
///   the logarithmic scale of one with one (delta method); none for a value at that one end.
std::optional<Interval> interval_within(const MetricRange& range, const CellScores& scores,
                                        Resampling& resampling);

/// The interval of a metric of which only value, standard error and number of units are known: the
/// t interval, on the scale of its range as above; Wilson's for a share at an end of its range.
/// None without a standard error, or for a value at an open range's one end.
std::optional<Interval> interval_of(const Metric& metric);

}  // namespace multistate::aggregate
