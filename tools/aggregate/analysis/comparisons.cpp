#include "aggregate/analysis/comparisons.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "aggregate/statistics/paired_test.h"

namespace multistate::aggregate {
namespace {

/// Which pairs of cells are compared.
enum class Extent { kAllPairs, kWithBest, kWithFull };

using Pair = std::pair<size_t, size_t>;

/// Additions that all drawn permutation tests together may take.
constexpr double kDrawnWork = 2e9;

bool is_better(double a, double b, const MetricInfo& metric) {
  return metric.higher_is_better ? a > b : a < b;
}

/// Cells of two seeds are not compared; what has no seed is, with all.
bool match_in_seed(const Cell& a, const Cell& b) {
  const auto first = parameter_of(a, "seed");
  const auto second = parameter_of(b, "seed");
  return first.is_null() || second.is_null() || first == second;
}

using Labels = std::map<std::string, std::vector<size_t>>;

/// The label with the best mean; end when none has the metric.
Labels::const_iterator best_of(const Labels& labels, const MetricInfo& metric,
                               const Collection& collection) {
  auto best = labels.end();
  double best_value = 0.0;
  for (auto label = labels.begin(); label != labels.end(); ++label) {
    const auto value = mean_metric(collection, label->second, metric.name);
    if (value && !std::isnan(*value) &&
        (best == labels.end() || is_better(*value, best_value, metric))) {
      best = label;
      best_value = *value;
    }
  }
  return best;
}

void add_pairs(const std::vector<size_t>& first, const std::vector<size_t>& second,
               const Collection& collection, std::vector<Pair>& pairs) {
  for (const size_t a : first) {
    for (const size_t b : second) {
      if (match_in_seed(collection.cells[a], collection.cells[b])) {
        pairs.emplace_back(a, b);
      }
    }
  }
}

/// Pairs of one state size, in the order of labels.
void add_pairs_of(const Labels& labels, Extent extent, const MetricInfo& metric,
                  const Collection& collection, std::vector<Pair>& pairs) {
  if (extent == Extent::kWithFull) {
    return;
  }
  const auto best = best_of(labels, metric, collection);
  for (auto a = labels.begin(); a != labels.end(); ++a) {
    for (auto b = std::next(a); b != labels.end(); ++b) {
      if (extent == Extent::kAllPairs) {
        add_pairs(a->second, b->second, collection, pairs);
      }
    }
    if (extent == Extent::kWithBest && best != labels.end() && a != best) {
      add_pairs(a->second, best->second, collection, pairs);
    }
  }
}

std::vector<Pair> pairs_of(const Group& group, const Layout& layout, Extent extent,
                           const MetricInfo& metric, const Collection& collection) {
  std::vector<Pair> pairs;
  for (const auto& [size, labels] : layout) {
    add_pairs_of(labels, extent, metric, collection, pairs);
    for (const auto& [label, cells] : labels) {
      if (group.topline) {
        add_pairs(cells, {*group.topline}, collection, pairs);
      }
    }
  }
  return pairs;
}

/// An upper bound of the number of pairs, without making them.
double count_pairs(const Layout& layout, Extent extent) {
  double count = 0.0;
  for (const auto& [size, labels] : layout) {
    double cells = 0.0;
    for (const auto& [label, of_label] : labels) {
      cells += static_cast<double>(of_label.size());
    }
    count += cells + (extent == Extent::kAllPairs   ? cells * (cells - 1.0) / 2.0
                      : extent == Extent::kWithBest ? cells
                                                    : 0.0);
  }
  return count;
}

Extent choose_extent(const std::vector<Layout>& layouts, Workspace& work) {
  const auto count = [&](Extent extent) {
    double sum = 0.0;
    for (const Layout& layout : layouts) {
      sum += count_pairs(layout, extent) * static_cast<double>(work.headline.size());
    }
    return sum;
  };
  const auto limit = static_cast<double>(work.options.max_comparisons);
  if (count(Extent::kAllPairs) <= limit) {
    return Extent::kAllPairs;
  }
  const bool with_best = count(Extent::kWithBest) <= limit;
  work.warnings.push_back(fmt::format(
      "all pairs of policies at a state size would be {:.0f} comparisons: cells are compared with "
      "{} only",
      count(Extent::kAllPairs),
      with_best ? "the best policy of their size and the full model" : "the full model"));
  return with_best ? Extent::kWithBest : Extent::kWithFull;
}

/// Compares pairs of cells and keeps count of what it could not do.
class Comparer {
 public:
  Comparer(Workspace& work, size_t planned) : work_(work), planned_(planned) {}

  /// None when one of the cells does not have the metric.
  std::optional<Comparison> compare(const Pair& pair, size_t metric);

  void warn();

 private:
  void test(const PairedScores& pair, Comparison& comparison);

  Workspace& work_;
  size_t planned_;
  size_t other_data_ = 0;
  size_t fewer_samples_ = 0;
  bool fewer_draws_ = false;
};

std::optional<Comparison> Comparer::compare(const Pair& pair, size_t metric) {
  const std::string& name = work_.headline[metric].name;
  const auto& cells = work_.collection.cells;
  const auto a = cells[pair.first].metrics.find(name);
  const auto b = cells[pair.second].metrics.find(name);
  if (a == cells[pair.first].metrics.end() || b == cells[pair.second].metrics.end()) {
    return std::nullopt;
  }
  Comparison comparison;
  comparison.metric = name;
  comparison.state_size = state_size_of(cells[pair.first]);
  comparison.a = pair.first;
  comparison.b = pair.second;
  comparison.difference = a->second.value - b->second.value;
  if (!work_.table.same_data(pair.first, pair.second)) {
    ++other_data_;
    return std::nullopt;
  }
  if (const auto scores = work_.table.pair(pair.first, pair.second, metric)) {
    fewer_samples_ += work_.table.same_samples(pair.first, pair.second, metric) ? 0 : 1;
    test(*scores, comparison);
  }
  return comparison;
}

void Comparer::test(const PairedScores& pair, Comparison& comparison) {
  const auto differences = paired_differences(pair.a, pair.b, pair.form);
  if (!std::all_of(differences.begin(), differences.end(),
                   [](double difference) { return std::isfinite(difference); })) {
    return;
  }
  const double work = static_cast<double>(planned_) * static_cast<double>(differences.size()) / 8.0;
  size_t draws = work_.options.draws;
  if (differences.size() > kExactSamples && work * static_cast<double>(draws) > kDrawnWork) {
    draws = std::min<size_t>(draws, 999);
    fewer_draws_ = true;
  }
  const Estimate estimate = difference_of(pair.a, pair.b, pair.form);
  comparison.n = differences.size();
  comparison.difference = estimate.value;
  comparison.standard_error = estimate.standard_error;
  comparison.interval = work_.resampling.difference(pair);
  comparison.p = sign_flip_p(differences, draws, work_.options.seed);
  comparison.effect = cohens_dz(differences);
}

void Comparer::warn() {
  if (other_data_ > 0) {
    work_.warnings.push_back(
        fmt::format("{} comparisons left out: the two cells read other documents", other_data_));
  }
  if (fewer_samples_ > 0) {
    work_.warnings.push_back(fmt::format(
        "{} comparisons are over the common samples only: one of the cells has fewer (--limit)",
        fewer_samples_));
  }
  if (fewer_draws_) {
    work_.warnings.push_back(
        fmt::format("so many comparisons: 999 sign patterns drawn for a test instead of {}",
                    work_.options.draws));
  }
}

/// Adjusts for all tests of one metric.
void adjust(std::vector<Comparison>& comparisons, const std::string& metric) {
  std::vector<Comparison*> tested;
  std::vector<double> p_values;
  for (Comparison& comparison : comparisons) {
    if (comparison.metric == metric && comparison.p) {
      tested.push_back(&comparison);
      p_values.push_back(*comparison.p);
    }
  }
  const auto adjusted = holm(p_values);
  for (size_t i = 0; i < tested.size(); ++i) {
    tested[i]->p_holm = adjusted[i];
  }
}

std::optional<Comparison> find_versus(const Group& group, size_t cell, const std::string& metric) {
  const auto found =
      std::find_if(group.comparisons.begin(), group.comparisons.end(), [&](const Comparison& c) {
        return c.a == cell && group.topline == c.b && c.metric == metric;
      });
  return found == group.comparisons.end() ? std::nullopt : std::optional(*found);
}

void fill_best(Group& group, const Layout& layout, const Workspace& work) {
  for (const auto& [size, labels] : layout) {
    for (const MetricInfo& metric : work.headline) {
      const auto best = best_of(labels, metric, work.collection);
      if (best == labels.end()) {
        continue;
      }
      Best entry;
      entry.state_size = size;
      entry.metric = metric.name;
      entry.cell = best->second.front();
      entry.seeds = best->second.size();
      entry.value = *mean_metric(work.collection, best->second, metric.name);
      entry.versus_full = find_versus(group, entry.cell, metric.name);
      group.best.push_back(entry);
    }
  }
}

/// Cells of one size with the yardstick's cell of that size.
std::vector<Pair> regret_pairs(const Labels& labels, const Workspace& work) {
  // One yardstick a size: its options at their defaults have the shortest label, which is first.
  std::optional<size_t> yardstick;
  std::vector<size_t> others;
  for (const auto& [label, cells] : labels) {
    for (const size_t cell : cells) {
      if (parameter_of(work.collection.cells[cell], "policy.name") != work.options.yardstick) {
        others.push_back(cell);
      } else if (!yardstick) {
        yardstick = cell;
      }
    }
  }
  if (!yardstick) {
    return {};
  }
  std::vector<Pair> pairs;
  add_pairs(others, {*yardstick}, work.collection, pairs);
  return pairs;
}

void fill_regret(Group& group, const Layout& layout, const Workspace& work, Comparer& comparer) {
  if (work.options.yardstick.empty()) {
    return;
  }
  for (size_t metric = 0; metric < work.headline.size(); ++metric) {
    for (const auto& [size, labels] : layout) {
      for (const Pair& pair : regret_pairs(labels, work)) {
        if (const auto comparison = comparer.compare(pair, metric)) {
          group.regret.push_back(*comparison);
        }
      }
    }
    adjust(group.regret, work.headline[metric].name);
  }
}

}  // namespace

void compare_groups(std::vector<Group>& groups, Workspace& work) {
  std::vector<Layout> layouts;
  layouts.reserve(groups.size());
  for (const Group& group : groups) {
    layouts.push_back(layout_of(group, work.collection));
  }
  const Extent extent = choose_extent(layouts, work);
  double planned = 0.0;
  for (const Layout& layout : layouts) {
    planned += count_pairs(layout, extent) * static_cast<double>(work.headline.size());
  }
  Comparer comparer(work, static_cast<size_t>(planned));
  for (size_t i = 0; i < groups.size(); ++i) {
    for (size_t metric = 0; metric < work.headline.size(); ++metric) {
      for (const Pair& pair :
           pairs_of(groups[i], layouts[i], extent, work.headline[metric], work.collection)) {
        if (const auto comparison = comparer.compare(pair, metric)) {
          groups[i].comparisons.push_back(*comparison);
        }
      }
      adjust(groups[i].comparisons, work.headline[metric].name);
    }
    fill_regret(groups[i], layouts[i], work, comparer);
    fill_best(groups[i], layouts[i], work);
  }
  comparer.warn();
}

}  // namespace multistate::aggregate
