#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "multistate/experiment/experiment.h"

namespace multistate {

/// One number of every record's values.
std::vector<double> column(std::span<const SampleRecord> records, const std::string& key);

/// One value of every record's values as it is.
std::vector<nlohmann::json> parts(std::span<const SampleRecord> records, const std::string& key);

/// What a metric says of itself.
struct MetricInfo {
  std::string unit = {};
  bool higher_is_better = false;
  MetricRange range = {};     ///< What it can be; intervals stay within.
  bool has_direction = true;  ///< Else neither more nor less is better.
};

/// The metric that samples make as `ratio` says: a mean where there is no denominator. NaN when the
/// denominators are all 0. Its standard error is that of a ratio of sums over the units of
/// `resampling` (results/statistics.h): what samples of a unit have is added up first.
Metric ratio_metric(std::span<const SampleRecord> records, const SampleRatio& ratio,
                    const MetricInfo& info, const Resampling& resampling = {});

/// The worst that any record has of a number: no mean, and without a standard error. None when no
/// record has it.
std::optional<Metric> worst_metric(std::span<const SampleRecord> records, const std::string& key,
                                   const MetricInfo& info);

}  // namespace multistate
