#include "multistate/experiment/task_metrics.h"

#include "multistate/results/statistics.h"

namespace multistate {
namespace {

Metric metric_of(const Estimate& estimate, size_t records, const std::string& unit,
                 bool higher_is_better) {
  return {.value = estimate.value,
          .standard_error = estimate.standard_error,
          .n = static_cast<int64_t>(records),
          .higher_is_better = higher_is_better,
          .unit = unit};
}

}  // namespace

std::vector<double> numbers_of(std::span<const SampleRecord> records, const std::string& key) {
  std::vector<double> numbers;
  for (const SampleRecord& record : records) {
    numbers.push_back(number_from_json(record.values.at(key)));
  }
  return numbers;
}

Metric mean_metric(std::span<const SampleRecord> records, const std::string& key,
                   const std::string& unit, bool higher_is_better) {
  Metric metric =
      metric_of(mean_of(numbers_of(records, key)), records.size(), unit, higher_is_better);
  metric.samples = SampleRatio{.numerator = key};
  return metric;
}

Metric ratio_metric(std::span<const SampleRecord> records, const std::string& numerator,
                    const std::string& denominator, const std::string& unit,
                    bool higher_is_better) {
  const Estimate ratio =
      ratio_of_sums(numbers_of(records, numerator), numbers_of(records, denominator));
  Metric metric = metric_of(ratio, records.size(), unit, higher_is_better);
  metric.samples = SampleRatio{.numerator = numerator, .denominator = denominator};
  return metric;
}

void note_cut(int64_t removed_tokens, nlohmann::json& values) {
  values["truncated"] = removed_tokens > 0 ? 1 : 0;
  values["removed_tokens"] = removed_tokens;
}

Metrics cut_metrics(std::span<const SampleRecord> records) {
  return {{"truncated", mean_metric(records, "truncated", "", false)},
          {"removed_tokens", mean_metric(records, "removed_tokens", "tokens", false)}};
}

}  // namespace multistate
