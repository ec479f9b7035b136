#include "aggregate/reading/regret.h"

#include <algorithm>

#include "multistate/results/ratio.h"
#include "multistate/results/statistics.h"

#include "aggregate/reading/labels.h"
#include "aggregate/reading/setting.h"

namespace multistate::aggregate {
namespace {

constexpr const char* kLoss = "nll";

/// What a cell was run on, and its state size, as text.
std::string place_of(const Cell& cell) {
  std::string text = setting_of(cell);
  for (const char* key : {"state_size", "state_fraction"}) {
    const auto found = cell.parameters.find(key);
    text += found == cell.parameters.end() ? "\n" : parameter_text(found->second) + "\n";
  }
  return text;
}

bool has_loss(const Cell& cell) {
  return cell.state == CellState::kDone && cell.metrics.count(kLoss) > 0;
}

const std::vector<SampleScore>& losses_of(const Cell& cell) {
  static const std::vector<SampleScore> none;
  const auto found = cell.samples.find(kLoss);
  return found == cell.samples.end() ? none : found->second;
}

/// By place, the yardstick to hold cells against.
std::map<std::string, const Cell*> yardsticks_of(const Collection& collection) {
  std::map<std::string, const Cell*> yardsticks;
  for (const Cell& cell : collection.cells) {
    if (cell.sees_future && has_loss(cell)) {
      const Cell*& best = yardsticks[place_of(cell)];
      if (best == nullptr || cell.metrics.at(kLoss).value < best->metrics.at(kLoss).value) {
        best = &cell;
      }
    }
  }
  return yardsticks;
}

bool same_samples(const std::vector<SampleScore>& a, const std::vector<SampleScore>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x.sample == y.sample && x.denominator == y.denominator;
  });
}

void add_to(Cell& cell, const Cell& yardstick) {
  const auto& own = losses_of(cell);
  const auto& best = losses_of(yardstick);
  Metric regret = cell.metrics.at(kLoss);
  if (regret.n != yardstick.metrics.at(kLoss).n || !same_samples(own, best)) {
    return;
  }
  if (own.empty()) {  // Samples were not read: their errors are not known.
    regret.value -= yardstick.metrics.at(kLoss).value;
    regret.standard_error = std::nullopt;
    cell.metrics["regret"] = regret;
    return;
  }
  std::vector<SampleScore> scores = own;
  std::vector<double> numerators;
  std::vector<double> denominators;
  for (size_t i = 0; i < own.size(); ++i) {
    scores[i].numerator -= best[i].numerator;
    numerators.push_back(scores[i].numerator);
    denominators.push_back(scores[i].denominator);
  }
  if (!cell.units.empty()) {
    numerators = sums_by_unit(numerators, cell.units);
    denominators = sums_by_unit(denominators, cell.units);
  }
  const Estimate estimate = ratio_of_sums(numerators, denominators);
  regret.value = estimate.value;
  regret.standard_error = estimate.standard_error;
  cell.metrics["regret"] = regret;
  cell.samples["regret"] = std::move(scores);
}

}  // namespace

void add_regret(Collection& collection) {
  const auto yardsticks = yardsticks_of(collection);
  for (Cell& cell : collection.cells) {
    if (cell.sees_future || !has_loss(cell)) {
      continue;
    }
    const auto yardstick = yardsticks.find(place_of(cell));
    if (yardstick != yardsticks.end()) {
      add_to(cell, *yardstick->second);
    }
  }
}

}  // namespace multistate::aggregate
