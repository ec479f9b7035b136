#include "multistate/experiment/sample_metrics.h"

#include "multistate/experiment/stretches.h"
#include "multistate/results/statistics.h"

namespace multistate {

std::vector<double> column(std::span<const SampleRecord> records, const std::string& key) {
  std::vector<double> values;
  for (const SampleRecord& record : records) {
    values.push_back(number_from_json(record.values.at(key)));
  }
  return values;
}

std::vector<nlohmann::json> parts(std::span<const SampleRecord> records, const std::string& key) {
  std::vector<nlohmann::json> values;
  for (const SampleRecord& record : records) {
    values.push_back(record.values.at(key));
  }
  return values;
}

Metric ratio_metric(std::span<const SampleRecord> records, const SampleRatio& ratio,
                    const MetricInfo& info, const Resampling& resampling) {
  auto numerators = column(records, ratio.numerator);
  for (double& value : numerators) {
    value *= ratio.scale;
  }
  const Units units(records, resampling);
  const Estimate mean = ratio_of_sums(
      units.sums(numerators),
      ratio.denominator ? units.sums(column(records, *ratio.denominator)) : units.sizes());
  const bool exponent = ratio.transform == SampleRatio::Transform::kExp;
  const Estimate estimate = exponent ? exponential(mean) : mean;
  return {.value = estimate.value,
          .standard_error = estimate.standard_error,
          .n = static_cast<int64_t>(records.size()),
          .higher_is_better = info.higher_is_better,
          .unit = info.unit,
          .samples = ratio,
          .clusters = units.clusters(),
          .range = info.range,
          .has_direction = info.has_direction};
}

std::optional<Metric> worst_metric(std::span<const SampleRecord> records, const std::string& key,
                                   const MetricInfo& info) {
  std::vector<double> values;
  for (const SampleRecord& record : records) {
    if (const auto found = record.values.find(key); found != record.values.end()) {
      values.push_back(number_from_json(*found));
    }
  }
  if (values.empty()) {
    return std::nullopt;
  }
  return Metric{.value = worst_of(values, info.higher_is_better),
                .standard_error = std::nullopt,
                .n = static_cast<int64_t>(values.size()),
                .higher_is_better = info.higher_is_better,
                .unit = info.unit};
}

}  // namespace multistate
