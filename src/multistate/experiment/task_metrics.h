#pragma once

#include <span>
#include <string>

#include "multistate/experiment/experiment.h"

namespace multistate {

/// The mean of one number of every record's values, with its standard error.
Metric mean_metric(std::span<const SampleRecord> records, const std::string& key,
                   const std::string& unit, bool higher_is_better);

/// The same for a ratio of sums of two numbers.
Metric ratio_metric(std::span<const SampleRecord> records, const std::string& numerator,
                    const std::string& denominator, const std::string& unit, bool higher_is_better);

/// One number of every record's values.
std::vector<double> numbers_of(std::span<const SampleRecord> records, const std::string& key);

/// Puts into a record's values what was cut off its prompt, for cut_metrics.
void note_cut(int64_t removed_tokens, nlohmann::json& values);

/// "truncated": the share of samples whose prompt was cut; "removed_tokens": of their contexts,
/// a mean over all samples.
Metrics cut_metrics(std::span<const SampleRecord> records);

}  // namespace multistate
