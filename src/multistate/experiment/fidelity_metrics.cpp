#include "multistate/experiment/fidelity_metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "multistate/experiment/sample_metrics.h"

namespace multistate {
namespace {

constexpr const char* kNats = "nats/token";

struct Percentile {
  const char* name;
  double p;
};

constexpr std::array kOfKl = {Percentile{"kl_median", 50.0}, Percentile{"kl_p90", 90.0},
                              Percentile{"kl_p99", 99.0}};

/// Both tails: a policy that differs from the full cache makes some tokens likelier, too.
constexpr std::array kOfChange = {
    Percentile{"probability_change_p1", 1.0}, Percentile{"probability_change_p10", 10.0},
    Percentile{"probability_change_median", 50.0}, Percentile{"probability_change_p90", 90.0},
    Percentile{"probability_change_p99", 99.0}};

template <class List>
void write_percentiles(const List& list, const std::vector<double>& numbers,
                       nlohmann::json& values) {
  for (const auto& [name, p] : list) {
    values[name] = number_to_json(percentile(numbers, p));
  }
}

template <class List>
void summarize_percentiles(std::span<const SampleRecord> records, const List& list,
                           const MetricInfo& info, Metrics& metrics) {
  for (const auto& [name, p] : list) {
    metrics[name] = ratio_metric(records, {.numerator = name}, info);
  }
}

void summarize_divergences(std::span<const SampleRecord> records, Summary& summary) {
  DivergenceSums::summarize(records, "", "compared_tokens", summary.metrics);
  summarize_percentiles(records, kOfKl, {.unit = kNats}, summary.metrics);
  summarize_percentiles(records, kOfChange, {.higher_is_better = true}, summary.metrics);
  const auto add_series = [&](const char* name, const SeriesInfo& info) {
    summary.series[name] = mean_series(parts(records, name), Stretches::doubling(), info);
  };
  add_series("kl_by_place", {.unit = kNats});
  add_series("same_top_by_place", {.higher_is_better = true});
  add_series("probability_change_by_place", {.higher_is_better = true});
}

}  // namespace

double percentile(std::vector<double> numbers, double p) {
  if (std::any_of(numbers.begin(), numbers.end(), [](double x) { return std::isnan(x); })) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  std::sort(numbers.begin(), numbers.end());
  const double place = p / 100.0 * static_cast<double>(numbers.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, numbers.size() - 1);
  return std::lerp(numbers[below], numbers[above], place - std::floor(place));
}

void DivergenceSums::add(const Divergence& divergence) {
  kl_ += divergence.kl;
  same_top_ += divergence.same_top ? 1 : 0;
  probability_change_ += divergence.probability_change;
}

void DivergenceSums::write(const std::string& kind, nlohmann::json& values) const {
  values[kind + "kl_sum"] = number_to_json(kl_);
  values[kind + "same_top_sum"] = same_top_;
  values[kind + "probability_change_sum"] = number_to_json(probability_change_);
}

void DivergenceSums::summarize(std::span<const SampleRecord> records, const std::string& kind,
                               const std::string& tokens, Metrics& metrics) {
  const auto add_mean = [&](const char* name, const MetricInfo& info) {
    metrics[kind + name] =
        ratio_metric(records, {.numerator = kind + name + "_sum", .denominator = tokens}, info);
  };
  add_mean("kl", {.unit = kNats});
  add_mean("same_top", {.higher_is_better = true});
  add_mean("probability_change", {.higher_is_better = true});
}

void ChunkDivergences::add(int64_t place, const Divergence& divergence) {
  sums_.add(divergence);
  kls_.push_back(divergence.kl);
  probability_changes_.push_back(divergence.probability_change);
  kl_by_place_.add(place, divergence.kl);
  same_top_by_place_.add(place, divergence.same_top ? 1.0 : 0.0);
  probability_change_by_place_.add(place, divergence.probability_change);
}

void ChunkDivergences::write(nlohmann::json& values) const {
  values["compared_tokens"] = kls_.size();
  sums_.write("", values);
  write_percentiles(kOfKl, kls_, values);
  write_percentiles(kOfChange, probability_changes_, values);
  values["kl_by_place"] = kl_by_place_.to_json();
  values["same_top_by_place"] = same_top_by_place_.to_json();
  values["probability_change_by_place"] = probability_change_by_place_.to_json();
}

void write_kept_attention(const ComparedEvaluation& compared, nlohmann::json& values) {
  const auto& kept = compared.kept_by_layer;
  if (kept.empty()) {
    return;
  }
  StretchSums by_layer(Stretches::of_width(1));
  for (size_t layer = 0; layer < kept.size(); ++layer) {
    by_layer.add(static_cast<int64_t>(layer), kept[layer]);
  }
  const double sum = std::accumulate(kept.begin(), kept.end(), 0.0);
  values["kept_attention"] = number_to_json(sum / static_cast<double>(kept.size()));
  values["kept_attention_by_layer"] = by_layer.to_json();
}

void summarize_fidelity(std::span<const SampleRecord> records, Summary& summary) {
  const auto& values = records.front().values;
  if (values.contains("compared_tokens")) {
    summarize_divergences(records, summary);
  }
  if (values.contains("kept_attention")) {
    summary.metrics["kept_attention"] =
        ratio_metric(records, {.numerator = "kept_attention"}, {.higher_is_better = true});
    summary.series["kept_attention_by_layer"] =
        mean_series(parts(records, "kept_attention_by_layer"), Stretches::of_width(1),
                    {.higher_is_better = true, .axis = "layer"});
  }
}

}  // namespace multistate
