#include "aggregate/analysis/agreement.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "aggregate/statistics/ranks.h"

namespace multistate::aggregate {
namespace {

/// Pairs of policies are counted for every pair of orders: above this, tau-b is left out.
constexpr size_t kMaxRanked = 500;

using Labels = std::map<std::string, std::vector<size_t>>;

/// Values such that less is better; none when one is missing or no number.
using Column = std::vector<double>;

bool add_value(const Collection& collection, const std::vector<size_t>& cells,
               const MetricInfo& metric, Column& column) {
  const auto value = mean_metric(collection, cells, metric.name);
  if (!value || std::isnan(*value)) {
    return false;
  }
  column.push_back(metric.higher_is_better ? -*value : *value);
  return true;
}

/// Ranks and agreement of the orders that `values` holds; nothing of fewer than two.
void finish(RankAgreement agreement, const std::vector<Column>& values, Workspace& work,
            std::vector<RankAgreement>& all) {
  if (values.size() < 2 || agreement.labels.size() < 2) {
    return;
  }
  for (const Column& column : values) {
    agreement.ranks.push_back(ranks_of(column));
  }
  agreement.w = kendall_w(values);
  if (agreement.labels.size() <= kMaxRanked) {
    agreement.tau_b = mean_tau_b(values);
  } else {
    work.warnings.push_back(fmt::format("{} policies: no tau-b of their orders, only Kendall's W",
                                        agreement.labels.size()));
  }
  all.push_back(std::move(agreement));
}

std::set<nlohmann::json> seeds_of(const Labels& labels, const Collection& collection) {
  std::set<nlohmann::json> seeds;
  for (const auto& [label, cells] : labels) {
    for (const size_t cell : cells) {
      const auto seed = parameter_of(collection.cells[cell], "seed");
      if (!seed.is_null()) {
        seeds.insert(seed);
      }
    }
  }
  return seeds;
}

/// The cell of a seed, or the one that has none; by label.
std::map<nlohmann::json, size_t> by_seed(const std::vector<size_t>& cells,
                                         const Collection& collection) {
  std::map<nlohmann::json, size_t> found;
  for (const size_t cell : cells) {
    found.try_emplace(parameter_of(collection.cells[cell], "seed"), cell);
  }
  return found;
}

void rank_over_seeds(const StateSize& size, const Labels& labels, const MetricInfo& metric,
                     Workspace& work, Group& group) {
  const auto seeds = seeds_of(labels, work.collection);
  RankAgreement agreement;
  agreement.metric = metric.name;
  agreement.state_size = size;
  agreement.orders.assign(seeds.begin(), seeds.end());
  std::vector<Column> values(seeds.size());
  for (const auto& [label, cells] : labels) {
    const auto cell_of = by_seed(cells, work.collection);
    Column column;
    for (const nlohmann::json& seed : seeds) {
      const auto found =
          cell_of.contains(seed) ? cell_of.find(seed) : cell_of.find(nlohmann::json());
      if (found != cell_of.end()) {
        add_value(work.collection, {found->second}, metric, column);
      }
    }
    if (column.size() == seeds.size()) {
      agreement.labels.push_back(label);
      for (size_t i = 0; i < column.size(); ++i) {
        values[i].push_back(column[i]);
      }
    }
  }
  finish(std::move(agreement), values, work, group.over_seeds);
}

void rank_over_sizes(const Layout& layout, const MetricInfo& metric, Workspace& work,
                     Group& group) {
  std::map<std::string, Column> columns;
  RankAgreement agreement;
  agreement.metric = metric.name;
  for (const auto& [size, labels] : layout) {
    if (!size) {
      continue;
    }
    agreement.orders.emplace_back(*size);
    for (const auto& [label, cells] : labels) {
      add_value(work.collection, cells, metric, columns[label]);
    }
  }
  std::vector<Column> values(agreement.orders.size());
  for (const auto& [label, column] : columns) {
    if (column.size() != values.size()) {
      continue;
    }
    agreement.labels.push_back(label);
    for (size_t i = 0; i < column.size(); ++i) {
      values[i].push_back(column[i]);
    }
  }
  finish(std::move(agreement), values, work, group.over_sizes);
}

/// Replicates of a metric by label; empty when not all cells have the same samples.
std::map<std::string, Column> resample(const Labels& labels, size_t metric, Workspace& work) {
  const size_t first = labels.begin()->second.front();
  const CellScores* scores = work.table.find(first, metric);
  const BootstrapPlan* plan =
      scores == nullptr ? nullptr : work.resampling.plan(scores->samples.size());
  std::map<std::string, Column> replicates;
  for (const auto& [label, cells] : labels) {
    Column& column = replicates[label];
    for (const size_t cell : cells) {
      if (plan == nullptr || !work.table.same_samples(first, cell, metric)) {
        return {};
      }
      const CellScores& of_cell = *work.table.find(cell, metric);
      const Column ratios = plan->ratios(of_cell.scores());
      column.resize(ratios.size(), 0.0);
      for (size_t i = 0; i < ratios.size(); ++i) {
        column[i] += of_cell.form.value(ratios[i]) / static_cast<double>(cells.size());
      }
    }
  }
  return replicates;
}

void count_first_places(const StateSize& size, const Labels& labels, size_t metric, Workspace& work,
                        Group& group) {
  const auto replicates = resample(labels, metric, work);
  if (replicates.size() < 2) {
    return;
  }
  const double sign = work.headline[metric].higher_is_better ? -1.0 : 1.0;
  const size_t count = replicates.begin()->second.size();
  std::map<std::string, double> shares;
  for (size_t i = 0; i < count; ++i) {
    double best = std::numeric_limits<double>::infinity();
    std::vector<std::string> winners;
    for (const auto& [label, column] : replicates) {
      const double value = sign * column[i];
      if (value < best) {
        winners.clear();
        best = value;
      }
      if (value == best) {
        winners.push_back(label);
      }
    }
    for (const std::string& winner : winners) {
      shares[winner] += 1.0 / static_cast<double>(winners.size() * count);
    }
  }
  for (const auto& [label, column] : replicates) {
    group.first_places.push_back({work.headline[metric].name, size, label, shares[label]});
  }
}

}  // namespace

void rank_policies(Group& group, Workspace& work) {
  const Layout layout = layout_of(group, work.collection);
  for (size_t metric = 0; metric < work.headline.size(); ++metric) {
    for (const auto& [size, labels] : layout) {
      rank_over_seeds(size, labels, work.headline[metric], work, group);
      count_first_places(size, labels, metric, work, group);
    }
    rank_over_sizes(layout, work.headline[metric], work, group);
  }
}

}  // namespace multistate::aggregate
