#include "aggregate/tables/values.h"

#include <cmath>

#include "multistate/results/statistics.h"

#include "aggregate/tables/fields.h"

namespace multistate::aggregate {
namespace {

/// A cell's own value, or what it is relative to its baseline.
std::optional<Estimate> value_of(size_t index, const std::string& metric, ValueSource& source) {
  const auto own = metric_of(source.collection.cells[index], metric);
  if (!own) {
    return std::nullopt;
  }
  if (source.baselines == nullptr) {
    return Estimate{own->value, own->standard_error};
  }
  const auto baseline = source.baselines->of(index);
  const auto other =
      baseline ? metric_of(source.collection.cells[*baseline], metric) : std::optional<Metric>();
  if (!other) {
    ++source.without_baseline;
    return std::nullopt;
  }
  if (source.request.relation == Relation::kRatio) {
    return Estimate{own->value / other->value, std::nullopt};
  }
  Estimate difference = {own->value - other->value, std::nullopt};
  if (source.findings != nullptr && *baseline != index) {
    if (const auto known = source.findings->difference(index, *baseline, metric)) {
      difference.standard_error = known->standard_error;
    }
  }
  return difference;
}

}  // namespace

void fill_value(const std::string& metric, ValueSource& source, TableEntry& entry) {
  std::vector<double> values;
  Estimate last;
  for (const size_t index : entry.cells) {
    const Cell& cell = source.collection.cells[index];
    // Of several, one that is done says more than one that is not.
    entry.state = values.empty() || cell.state == CellState::kDone ? cell.state : entry.state;
    entry.limited = entry.limited || cell.limited;
    const auto value = cell.state == CellState::kDone ? value_of(index, metric, source)
                                                      : std::optional<Estimate>();
    if (value) {
      last = *value;
      values.push_back(last.value);
    }
  }
  entry.is_planned = !entry.cells.empty();
  if (values.empty()) {
    return;
  }
  entry.state = CellState::kDone;
  const Estimate estimate = values.size() == 1 ? last : mean_of(values);
  entry.value = estimate.value;
  entry.standard_error = estimate.standard_error;
}

}  // namespace multistate::aggregate
