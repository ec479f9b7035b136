#include "multistate/experiment/generation_metrics.h"

#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "multistate/experiment/sample_metrics.h"
#include "multistate/results/series.h"
#include "multistate/results/statistics.h"
#include "multistate/text/ngrams.h"

namespace multistate {
namespace {

constexpr int64_t kLongestDistinct = 4;
constexpr int64_t kRepeated = 4;

nlohmann::json same_by_place(std::span<const SampleRecord> records, const Resampling& resampling) {
  const Units units(records, resampling);
  const auto prefixes = column(records, "common_prefix");
  const auto identical = column(records, "identical");
  const auto lengths = column(records, "tokens");
  const double longest = *std::max_element(lengths.begin(), lengths.end());
  auto series = nlohmann::json::array();
  for (int64_t place = 1; static_cast<double>(place) <= longest; place *= 2) {
    std::vector<double> same;
    for (size_t i = 0; i < records.size(); ++i) {
      same.push_back(prefixes[i] >= static_cast<double>(place) || identical[i] == 1.0 ? 1.0 : 0.0);
    }
    const Estimate share = ratio_of_sums(units.sums(same), units.sizes());
    series.push_back(
        series_point({.value = share.value,
                      .standard_error = share.standard_error,
                      .n = static_cast<int64_t>(records.size()),
                      .higher_is_better = true,
                      .unit = "share of texts",
                      .clusters = units.clusters()},
                     {.first = place, .end = 2 * place, .axis = "tokens of the text"}));
  }
  return series;
}

}  // namespace

nlohmann::json text_counts(std::span<const int64_t> prompt, const MadeText& text,
                           const MadeText& full) {
  std::vector<int64_t> whole(prompt.begin(), prompt.end());
  whole.insert(whole.end(), text.ids.begin(), text.ids.end());
  const auto first = static_cast<int64_t>(prompt.size());
  nlohmann::json counts = {{"tokens", text.ids.size()},
                           {"repeated_4", repeated_ngrams(whole, first, kRepeated)},
                           {"longest_repeat", longest_repeat(whole, first)},
                           {"common_prefix", common_prefix(text.ids, full.ids)},
                           {"identical", text.ids == full.ids ? 1 : 0}};
  for (int64_t n = 1; n <= kLongestDistinct; ++n) {
    counts[fmt::format("ngrams_{}", n)] = ngram_count(text.ids, n);
    counts[fmt::format("distinct_{}", n)] = distinct_ngrams(text.ids, n);
  }
  for (const int64_t n : {1, 4}) {
    counts[fmt::format("common_{}", n)] = common_ngrams(text.ids, full.ids, n);
    counts[fmt::format("ngrams_of_both_{}", n)] =
        ngram_count(text.ids, n) + ngram_count(full.ids, n);
  }
  for (const EndReason reason : {EndReason::kLength, EndReason::kStopId, EndReason::kRefused}) {
    counts[fmt::format("end_{}", name_of(reason))] = text.reason == reason ? 1 : 0;
  }
  return counts;
}

Summary summarize_texts(std::span<const SampleRecord> records, const Resampling& resampling) {
  Summary summary;
  const auto add = [&](const std::string& name, const SampleRatio& how, bool higher_is_better,
                       const char* unit = "", const MetricRange& range = kShare) {
    summary.metrics[name] = ratio_metric(
        records, how, {.unit = unit, .higher_is_better = higher_is_better, .range = range},
        resampling);
  };
  const auto describe = [&](const char* name, const char* unit, const MetricRange& range) {
    summary.metrics[name] =
        ratio_metric(records, {.numerator = name},
                     {.unit = unit, .range = range, .has_direction = false}, resampling);
  };
  describe("tokens", "tokens", kNotNegative);
  add("repetition", {.numerator = "repeated_4", .denominator = "ngrams_4"}, false);
  add("longest_repeat", {.numerator = "longest_repeat"}, false, "tokens", kNotNegative);
  for (int64_t n = 1; n <= kLongestDistinct; ++n) {
    const std::string name = fmt::format("distinct_{}", n);
    add(name, {.numerator = name, .denominator = fmt::format("ngrams_{}", n)}, true);
  }
  add("common_prefix", {.numerator = "common_prefix"}, true, "tokens", kNotNegative);
  add("identical", {.numerator = "identical"}, true);
  for (const int64_t n : {1, 4}) {
    add(fmt::format("overlap_{}", n),
        {.numerator = fmt::format("common_{}", n),
         .denominator = fmt::format("ngrams_of_both_{}", n),
         .scale = 2.0},
        true);
  }
  for (const char* end : {"end_length", "end_stop_token", "end_stop_string"}) {
    describe(end, "", kShare);
  }
  summary.series["same_by_place"] = same_by_place(records, resampling);
  return summary;
}

}  // namespace multistate
