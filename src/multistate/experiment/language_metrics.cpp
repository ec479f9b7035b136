#include "multistate/experiment/language_metrics.h"

#include <algorithm>
#include <bit>
#include <numbers>

#include "multistate/results/statistics.h"

namespace multistate {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

int64_t count_words(std::string_view text) {
  int64_t words = 0;
  bool inside = false;
  for (const char c : text) {
    words += !is_space(c) && !inside ? 1 : 0;
    inside = !is_space(c);
  }
  return words;
}

/// One number of every record.
std::vector<double> column(std::span<const SampleRecord> records, const char* key) {
  std::vector<double> values;
  for (const SampleRecord& record : records) {
    values.push_back(number_from_json(record.values.at(key)));
  }
  return values;
}

Metric make_metric(const Estimate& estimate, size_t records, const char* unit) {
  return {.value = estimate.value,
          .standard_error = estimate.standard_error,
          .n = static_cast<int64_t>(records),
          .higher_is_better = false,
          .unit = unit};
}

/// `metric` with what the samples' nll_sum and `denominator` make of it.
Metric made_by(Metric metric, const char* denominator, double scale,
               SampleRatio::Transform transform) {
  metric.samples = SampleRatio{
      .numerator = "nll_sum", .denominator = denominator, .scale = scale, .transform = transform};
  return metric;
}

nlohmann::json series_by_place(std::span<const SampleRecord> records) {
  auto series = nlohmann::json::array();
  size_t buckets = 0;
  for (const SampleRecord& record : records) {
    buckets = std::max(buckets, record.values.at("nll_by_place").size());
  }
  for (size_t bucket = 0; bucket < buckets; ++bucket) {
    std::vector<double> sums;
    std::vector<double> tokens;
    for (const SampleRecord& record : records) {
      const auto& places = record.values.at("nll_by_place");
      if (bucket < places.size() && places[bucket][1] > 0) {
        sums.push_back(number_from_json(places[bucket][0]));
        tokens.push_back(places[bucket][1]);
      }
    }
    if (sums.empty()) {
      continue;
    }
    nlohmann::json entry =
        to_json(make_metric(ratio_of_sums(sums, tokens), sums.size(), "nats/token"));
    entry["first_place"] = int64_t{1} << bucket;
    entry["end_place"] = int64_t{1} << (bucket + 1);
    series.push_back(entry);
  }
  return series;
}

}  // namespace

ScoredText::ScoredText(std::span<const double> losses, int64_t first_place, std::string_view text)
    : scored_tokens_(static_cast<int64_t>(losses.size())),
      bytes_(static_cast<int64_t>(text.size())),
      words_(count_words(text)) {
  for (size_t i = 0; i < losses.size(); ++i) {
    nll_sum_ += losses[i];
    const auto place = static_cast<uint64_t>(first_place) + i;
    const auto bucket = static_cast<size_t>(std::bit_width(place)) - 1;
    by_place_.resize(std::max(by_place_.size(), bucket + 1));
    by_place_[bucket].sum += losses[i];
    ++by_place_[bucket].tokens;
  }
}

nlohmann::json ScoredText::to_json() const {
  auto places = nlohmann::json::array();
  for (const Bucket& bucket : by_place_) {
    places.push_back({number_to_json(bucket.sum), bucket.tokens});
  }
  return {{"nll_sum", number_to_json(nll_sum_)},
          {"scored_tokens", scored_tokens_},
          {"bytes", bytes_},
          {"words", words_},
          {"nll_by_place", places}};
}

Summary summarize_language(std::span<const SampleRecord> records) {
  const auto sums = column(records, "nll_sum");
  auto bits = sums;
  for (double& value : bits) {
    value /= std::numbers::ln2;
  }
  const Estimate nll = ratio_of_sums(sums, column(records, "scored_tokens"));
  const Estimate by_word = ratio_of_sums(sums, column(records, "words"));
  const size_t n = records.size();
  const Estimate by_byte = ratio_of_sums(bits, column(records, "bytes"));
  using enum SampleRatio::Transform;
  Summary summary;
  summary.metrics = {
      {"nll", made_by(make_metric(nll, n, "nats/token"), "scored_tokens", 1.0, kNone)},
      {"perplexity", made_by(make_metric(exponential(nll), n, ""), "scored_tokens", 1.0, kExp)},
      {"bits_per_byte",
       made_by(make_metric(by_byte, n, "bits/byte"), "bytes", 1.0 / std::numbers::ln2, kNone)},
      {"word_perplexity", made_by(make_metric(exponential(by_word), n, ""), "words", 1.0, kExp)}};
  summary.series["nll_by_place"] = series_by_place(records);
  return summary;
}

}  // namespace multistate
