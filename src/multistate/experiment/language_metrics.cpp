#include "multistate/experiment/language_metrics.h"

#include <numbers>

#include "multistate/experiment/sample_metrics.h"
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

/// Bits are made of each sample's nats before they are added up.
Metric bits_per_byte(std::span<const SampleRecord> records) {
  auto bits = column(records, "nll_sum");
  for (double& value : bits) {
    value /= std::numbers::ln2;
  }
  const Estimate estimate = ratio_of_sums(bits, column(records, "bytes"));
  return {.value = estimate.value,
          .standard_error = estimate.standard_error,
          .n = static_cast<int64_t>(records.size()),
          .higher_is_better = false,
          .unit = "bits/byte",
          .samples = SampleRatio{
              .numerator = "nll_sum", .denominator = "bytes", .scale = 1.0 / std::numbers::ln2}};
}

}  // namespace

ScoredText::ScoredText(std::span<const double> losses, int64_t first_place, std::string_view text)
    : scored_tokens_(static_cast<int64_t>(losses.size())),
      bytes_(static_cast<int64_t>(text.size())),
      words_(count_words(text)) {
  for (size_t i = 0; i < losses.size(); ++i) {
    nll_sum_ += losses[i];
    by_place_.add(first_place + static_cast<int64_t>(i), losses[i]);
  }
}

nlohmann::json ScoredText::to_json() const {
  return {{"nll_sum", number_to_json(nll_sum_)},
          {"scored_tokens", scored_tokens_},
          {"bytes", bytes_},
          {"words", words_},
          {"nll_by_place", by_place_.to_json()}};
}

Summary summarize_language(std::span<const SampleRecord> records) {
  using enum SampleRatio::Transform;
  const auto of = [&](const char* denominator, SampleRatio::Transform transform, const char* unit) {
    return ratio_metric(
        records, {.numerator = "nll_sum", .denominator = denominator, .transform = transform},
        {.unit = unit});
  };
  Summary summary;
  summary.metrics = {{"nll", of("scored_tokens", kNone, "nats/token")},
                     {"perplexity", of("scored_tokens", kExp, "")},
                     {"bits_per_byte", bits_per_byte(records)},
                     {"word_perplexity", of("words", kExp, "")}};
  summary.series["nll_by_place"] =
      mean_series(parts(records, "nll_by_place"), Stretches::doubling(), {.unit = "nats/token"});
  return summary;
}

}  // namespace multistate
