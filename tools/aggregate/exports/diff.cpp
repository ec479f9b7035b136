#include "aggregate/exports/diff.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "multistate/base/error.h"

#include "aggregate/analysis/score_table.h"
#include "aggregate/reading/labels.h"
#include "aggregate/statistics/paired_test.h"
#include "aggregate/statistics/quantiles.h"
#include "aggregate/statistics/ratio.h"
#include "aggregate/tables/request.h"

namespace multistate::aggregate {
namespace {

constexpr size_t kDraws = 9999;

/// The fewest samples with which the exact test can reject: 2 / 2^6 < 0.05.
constexpr size_t kLeastForPermutation = 6;

/// What two cells have in common to be compared.
std::string key_of(const Cell& cell) {
  std::string key;
  for (const auto& [name, value] : cell.parameters) {
    if (name != "policy.version" && name != "experiment.version") {
      key += name + "=" + parameter_text(value) + "\n";
    }
  }
  return key;
}

/// Cells by what they are compared by; of several the first that is done.
std::map<std::string, size_t> cells_by_key(const Collection& collection) {
  std::map<std::string, size_t> cells;
  for (size_t i = 0; i < collection.cells.size(); ++i) {
    const auto [place, is_new] = cells.try_emplace(key_of(collection.cells[i]), i);
    if (!is_new && collection.cells[place->second].state != CellState::kDone) {
      place->second = i;
    }
  }
  return cells;
}

bool same_value(double a, double b) {
  return a == b || (std::isnan(a) && std::isnan(b));
}

/// Two-sided, of a standard normal or of Student's t, at a level shared by `tests` tests
/// (Bonferroni).
double critical(size_t n, size_t tests) {
  const double p = 1.0 - kSignificant / 2.0 / static_cast<double>(std::max<size_t>(1, tests));
  return n == 0 ? normal_quantile(p) : student_quantile(p, static_cast<int64_t>(n) - 1);
}

class Differ {
 public:
  Differ(const Collection& a, const Collection& b, uint64_t seed) : a_(a), b_(b), seed_(seed) {}

  void compare(size_t cell_a, size_t cell_b) {
    for (const auto& [name, metric] : a_.cells[cell_a].metrics) {
      const auto& others = b_.cells[cell_b].metrics;
      const auto other = others.find(name);
      if (other != others.end()) {
        add({.cell_a = cell_a,
             .cell_b = cell_b,
             .metric = name,
             .a = metric.value,
             .b = other->second.value},
            metric, other->second);
      }
    }
  }

  std::vector<MetricDiff> finish() {
    judge_permutations();
    for (size_t i = 0; i < metrics_.size(); ++i) {
      if (metrics_[i].test == DiffTest::kPairedT || metrics_[i].test == DiffTest::kUnpaired) {
        metrics_[i].is_changed =
            ratios_[i] >
            critical(metrics_[i].test == DiffTest::kPairedT ? metrics_[i].n : 0, tests_);
      }
    }
    return std::move(metrics_);
  }

 private:
  void add(MetricDiff diff, const Metric& a, const Metric& b) {
    double ratio = 0.0;
    if (!same_value(diff.a, diff.b)) {
      ratio = choose_test(diff, a, b);
    }
    metrics_.push_back(std::move(diff));
    ratios_.push_back(ratio);
  }

  /// Sets the test; the difference by its standard error, where the test uses that.
  double choose_test(MetricDiff& diff, const Metric& a, const Metric& b) {
    const Cell& left = a_.cells[diff.cell_a];
    const Cell& right = b_.cells[diff.cell_b];
    const bool finite = std::isfinite(diff.a) && std::isfinite(diff.b);
    const auto scores_a = scores_of(left, diff.metric);
    const auto scores_b = scores_of(right, diff.metric);
    if (finite && scores_a && scores_b) {
      if (const auto pair = pair_of(*scores_a, *scores_b)) {
        return paired(diff, *pair);
      }
    }
    if (finite && a.standard_error && b.standard_error) {
      diff.test = DiffTest::kUnpaired;
      ++tests_;
      return std::abs(diff.a - diff.b) / std::hypot(*a.standard_error, *b.standard_error);
    }
    diff.test = DiffTest::kNone;
    diff.is_changed = true;
    return 0.0;
  }

  double paired(MetricDiff& diff, const PairedScores& pair) {
    diff.n = pair.a.size();
    if (diff.n >= kLeastForPermutation) {
      diff.test = DiffTest::kPermutation;
      diff.p = sign_flip_p(paired_differences(pair.a, pair.b, pair.form), kDraws, seed_);
      return 0.0;
    }
    diff.test = DiffTest::kPairedT;
    ++tests_;
    const Estimate estimate = difference_of(pair.a, pair.b, pair.form);
    const double error = estimate.standard_error.value_or(0.0);
    return error > 0.0 ? std::abs(estimate.value) / error : HUGE_VAL;
  }

  void judge_permutations() {
    std::vector<double> p_values;
    for (const MetricDiff& diff : metrics_) {
      if (diff.p) {
        p_values.push_back(*diff.p);
      }
    }
    const auto adjusted = holm(p_values);
    auto next = adjusted.begin();
    for (MetricDiff& diff : metrics_) {
      if (diff.p) {
        diff.p = *next++;
        diff.is_changed = *diff.p < kSignificant;
      }
    }
  }

  const Collection& a_;
  const Collection& b_;
  uint64_t seed_;
  std::vector<MetricDiff> metrics_;
  std::vector<double> ratios_;
  size_t tests_ = 0;  ///< Those that use a ratio.
};

}  // namespace

bool Diff::is_changed() const {
  return !lost.empty() || std::any_of(metrics.begin(), metrics.end(),
                                      [](const MetricDiff& diff) { return diff.is_changed; });
}

Diff diff(const Collection& a, const Collection& b, uint64_t seed) {
  const auto left = cells_by_key(a);
  const auto right = cells_by_key(b);
  const auto is_done = [](const Collection& side, size_t cell) {
    return side.cells[cell].state == CellState::kDone;
  };
  Diff found;
  Differ differ(a, b, seed);
  bool any = false;
  for (const auto& [key, cell] : left) {
    const auto other = right.find(key);
    any = any || other != right.end();
    if (!is_done(a, cell)) {
      continue;
    }
    if (other == right.end() || !is_done(b, other->second)) {
      found.lost.push_back(cell);
    } else {
      found.compared.push_back(cell);
      differ.compare(cell, other->second);
    }
  }
  if (!any) {
    throw InputError("--diff: no cell of the one has the parameters of a cell of the other");
  }
  for (const auto& [key, cell] : right) {
    const auto other = left.find(key);
    if (is_done(b, cell) && (other == left.end() || !is_done(a, other->second))) {
      found.added.push_back(cell);
    }
  }
  found.metrics = differ.finish();
  return found;
}

}  // namespace multistate::aggregate
