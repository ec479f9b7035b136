#include <algorithm>
#include <cmath>
#include <limits>

#include "multistate/aggregate/groups.h"

#include "aggregate/analysis/analysis.h"
#include "aggregate/statistics/trade_off.h"

namespace multistate::aggregate {
namespace {

constexpr double kNever = std::numeric_limits<double>::infinity();

/// A policy at its state sizes.
struct Curve {
  std::vector<double> sizes;               ///< Ascending.
  std::vector<std::vector<size_t>> cells;  ///< By size.
};

std::map<std::string, Curve> curves_of(const Layout& layout) {
  std::map<std::string, Curve> curves;
  for (const auto& [size, labels] : layout) {
    for (const auto& [label, cells] : labels) {
      if (size) {
        curves[label].sizes.push_back(static_cast<double>(*size));
        curves[label].cells.push_back(cells);
      }
    }
  }
  return curves;
}

/// Values of a metric at every size, and of the full model: of the cells, or of a replicate.
struct Values {
  std::vector<double> at_size;
  double full = 0.0;
};

std::optional<double> smallest_of(const Curve& curve, const Values& values,
                                  const Tolerance& tolerance, bool higher_is_better) {
  std::vector<double> gaps;
  for (const double value : values.at_size) {
    gaps.push_back(higher_is_better ? values.full - value : value - values.full);
  }
  const double limit =
      tolerance.relative ? tolerance.value * std::abs(values.full) : tolerance.value;
  return smallest_state(curve.sizes, gaps, limit);
}

std::optional<Values> values_of(const Curve& curve, const Group& group, const std::string& metric,
                                const Collection& collection) {
  Values values;
  for (const auto& cells : curve.cells) {
    const auto value = mean_metric(collection, cells, metric);
    if (!value) {
      return std::nullopt;
    }
    values.at_size.push_back(*value);
  }
  const auto full = mean_metric(collection, {*group.baseline}, metric);
  if (!full || !std::isfinite(*full)) {
    return std::nullopt;
  }
  values.full = *full;
  return values;
}

/// Values by replicate; empty where the cells do not have the same samples, or too few.
std::vector<Values> resample(const Curve& curve, size_t full, size_t metric, Workspace& work) {
  for (const auto& cells : curve.cells) {
    for (const size_t cell : cells) {
      if (!work.table.same_samples(full, cell, metric)) {
        return {};
      }
    }
  }
  const CellScores* baseline = work.table.find(full, metric);
  const BootstrapPlan* plan = work.resampling.plan(baseline->by_unit.size());
  if (plan == nullptr) {
    return {};
  }
  std::vector<Values> replicates(plan->replicates());
  const auto ratios = plan->ratios(baseline->by_unit.scores());
  for (size_t i = 0; i < replicates.size(); ++i) {
    replicates[i].full = baseline->form.value(ratios[i]);
    replicates[i].at_size.assign(curve.cells.size(), 0.0);
  }
  for (size_t size = 0; size < curve.cells.size(); ++size) {
    for (const size_t cell : curve.cells[size]) {
      const CellScores& scores = *work.table.find(cell, metric);
      const auto of_cell = plan->ratios(scores.by_unit.scores());
      for (size_t i = 0; i < replicates.size(); ++i) {
        replicates[i].at_size[size] +=
            scores.form.value(of_cell[i]) / static_cast<double>(curve.cells[size].size());
      }
    }
  }
  return replicates;
}

void add_interval(const Curve& curve, const std::vector<Values>& replicates, size_t n,
                  bool higher_is_better, SmallestState& found) {
  std::vector<double> sizes;
  sizes.reserve(replicates.size());
  for (const Values& values : replicates) {
    sizes.push_back(smallest_of(curve, values, found.tolerance, higher_is_better).value_or(kNever));
  }
  const auto interval = percentile_interval(sizes, n);
  if (!interval) {
    return;
  }
  found.has_interval = true;
  found.low = std::isfinite(interval->low) ? std::optional(interval->low) : std::nullopt;
  found.high = std::isfinite(interval->high) ? std::optional(interval->high) : std::nullopt;
}

void find_for(const std::string& label, const Curve& curve, size_t metric, Group& group,
              Workspace& work) {
  const MetricInfo& info = work.headline[metric];
  if (!info.higher_is_better) {
    return;
  }
  const auto values = values_of(curve, group, info.name, work.collection);
  if (!values) {
    return;
  }
  const auto replicates = resample(curve, *group.baseline, metric, work);
  for (const Tolerance& tolerance : work.options.tolerances) {
    if (!tolerance.metric.empty() && tolerance.metric != info.name) {
      continue;
    }
    SmallestState found;
    found.metric = info.name;
    found.label = label;
    found.tolerance = tolerance;
    found.state_size = smallest_of(curve, *values, tolerance, *info.higher_is_better);
    found.at_most = found.state_size == curve.sizes.front();
    if (!replicates.empty()) {
      const size_t n = work.table.find(*group.baseline, metric)->by_unit.size();
      add_interval(curve, replicates, n, *info.higher_is_better, found);
    }
    group.smallest_states.push_back(found);
  }
}

std::vector<size_t> front_of(const Group& group, const Workspace& work, const std::string& measure,
                             bool more_is_better) {
  const MetricInfo& metric = work.headline.front();
  std::vector<size_t> cells;
  std::vector<Costs> costs;
  for (const size_t i : group.cells) {
    const Cell& cell = work.collection.cells[i];
    const auto measured = cell.measures.find(measure);
    const auto quality = cell.metrics.find(metric.name);
    if (measured == cell.measures.end() || quality == cell.metrics.end()) {
      continue;
    }
    const double value = quality->second.value;
    cells.push_back(i);
    costs.push_back({more_is_better ? -measured->second : measured->second,
                     *metric.higher_is_better ? -value : value});
  }
  std::vector<size_t> front;
  for (const size_t i : pareto_front(costs)) {
    front.push_back(cells[i]);
  }
  return front;
}

}  // namespace

void find_smallest_states(Group& group, Workspace& work) {
  if (!group.baseline) {
    return;
  }
  const auto curves = curves_of(layout_of(group, work.collection));
  for (size_t metric = 0; metric < work.headline.size(); ++metric) {
    for (const auto& [label, curve] : curves) {
      find_for(label, curve, metric, group, work);
    }
  }
}

void find_fronts(Group& group, const Workspace& work) {
  if (work.headline.empty() || !work.headline.front().higher_is_better) {
    return;
  }
  const bool is_quiet = std::all_of(group.cells.begin(), group.cells.end(), [&](size_t cell) {
    return work.collection.cells[cell].speed_noise.empty();
  });
  if (is_quiet) {
    group.pareto_speed = front_of(group, work, "tokens_per_s", true);
  }
  group.pareto_memory = front_of(group, work, "state_bytes", false);
}

}  // namespace multistate::aggregate
