#include "aggregate/analysis/cells.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace multistate::aggregate::test {

const Comparison& comparison_of(const std::vector<Comparison>& all, const std::string& metric,
                                size_t a, size_t b) {
  const auto is_it = [&](const Comparison& c) {
    return c.metric == metric && c.a == a && c.b == b;
  };
  if (std::count_if(all.begin(), all.end(), is_it) != 1) {
    throw std::runtime_error("not one comparison of these cells");
  }
  return *std::find_if(all.begin(), all.end(), is_it);
}

size_t Cells::add(const std::string& policy, int64_t state_size,
                  const std::vector<double>& losses) {
  Cell cell;
  cell.id = std::to_string(collection_.cells.size());
  cell.label = policy;
  cell.name = policy;
  cell.state = CellState::kDone;
  cell.parameters = {{"policy.name", policy},
                     {"state_size", nullptr},
                     {"seed", nullptr},
                     {"model.path", "m.gguf"},
                     {"experiment.name", "language_modeling"}};
  if (state_size > 0) {
    cell.parameters["state_size"] = state_size;
  }
  cell.data = {{"documents", {{{"name", "a.txt"}, {"chunks_used", losses.size()}}}}};
  double sum = 0.0;
  std::vector<SampleScore> scores;
  for (const double loss : losses) {
    scores.push_back({static_cast<int64_t>(scores.size()), loss, kTokens});
    sum += loss;
  }
  const auto n = static_cast<int64_t>(losses.size());
  const double nll = sum / (kTokens * static_cast<double>(n));
  using Transform = SampleRatio::Transform;
  const SampleRatio ratio = {"nll_sum", "scored_tokens", 1.0, Transform::kNone};
  const SampleRatio exponential = {"nll_sum", "scored_tokens", 1.0, Transform::kExp};
  cell.metrics["nll"] = {nll, std::nullopt, n, false, "nats/token", ratio};
  cell.metrics["perplexity"] = {std::exp(nll), std::nullopt, n, false, "", exponential};
  cell.samples = {{"nll", scores}, {"perplexity", scores}};
  collection_.cells.push_back(cell);
  ++collection_.sweeps[0].planned;
  return collection_.cells.size() - 1;
}

bool warns(const Analysis& analysis, const std::string& text) {
  return std::any_of(
      analysis.warnings.begin(), analysis.warnings.end(),
      [&](const std::string& warning) { return warning.find(text) != std::string::npos; });
}

}  // namespace multistate::aggregate::test
