#include "multistate/experiment/tally.h"

#include "multistate/experiment/sample_metrics.h"

namespace multistate {

void Tally::add(double loss, bool hit) {
  nll_sum_ += loss;
  hits_ += hit ? 1 : 0;
  ++tokens_;
}

void Tally::write(const std::string& kind, nlohmann::json& values) const {
  values[kind + "_nll_sum"] = number_to_json(nll_sum_);
  values[kind + "_hits"] = hits_;
  values[kind + "_tokens"] = tokens_;
}

Metric mean_loss(std::span<const SampleRecord> records, const std::string& kind) {
  return ratio_metric(records, {.numerator = kind + "_nll_sum", .denominator = kind + "_tokens"},
                      {.unit = "nats/token"});
}

Metric perplexity(std::span<const SampleRecord> records, const std::string& kind) {
  return ratio_metric(records,
                      {.numerator = kind + "_nll_sum",
                       .denominator = kind + "_tokens",
                       .transform = SampleRatio::Transform::kExp},
                      {});
}

Metric accuracy(std::span<const SampleRecord> records, const std::string& kind) {
  return ratio_metric(records, {.numerator = kind + "_hits", .denominator = kind + "_tokens"},
                      {.higher_is_better = true, .range = kShare});
}

}  // namespace multistate
