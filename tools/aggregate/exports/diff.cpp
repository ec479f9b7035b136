#include "aggregate/exports/diff.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/results/identity_tolerance.h"
#include "multistate/results/ratio.h"

#include "aggregate/analysis/score_table.h"
#include "aggregate/exports/changed_answers.h"
#include "aggregate/exports/same_cells.h"
#include "aggregate/reading/json_file.h"
#include "aggregate/reading/labels.h"

namespace multistate::aggregate {
namespace {

double tolerance_of(const Cell& cell) {
  const auto dtype = cell.parameters.find("model.dtype");
  if (dtype == cell.parameters.end()) {
    throw InputError(fmt::format("--diff: {} names no model.dtype; give --diff-tolerance",
                                 cell.folder.string()));
  }
  return identity_tolerance(parameter_text(dtype->second));
}

/// The value before an exponential: a relative difference of a perplexity is an absolute one of
/// its loss.
double comparable(double value, const Metric& metric) {
  const bool exponential =
      metric.samples && metric.samples->transform == SampleRatio::Transform::kExp;
  return exponential ? std::log(value) : value;
}

std::map<int64_t, SampleScore> by_sample(const std::vector<SampleScore>& scores) {
  std::map<int64_t, SampleScore> samples;
  for (const SampleScore& score : scores) {
    samples.emplace(score.sample, score);
  }
  return samples;
}

/// Distances of all common samples, the largest of which is kept.
void compare_samples(const std::vector<SampleScore>& a, const std::vector<SampleScore>& b,
                     MetricDiff& diff) {
  const auto others = by_sample(b);
  for (const SampleScore& score : a) {
    const auto other = others.find(score.sample);
    if (other == others.end()) {
      continue;
    }
    ++diff.n;
    const SampleScore& there = other->second;
    const double tokens = std::max(std::abs(score.denominator), std::abs(there.denominator));
    const double distance = std::max(identity_distance(score.numerator, there.numerator, tokens),
                                     identity_distance(score.denominator, there.denominator, 0.0));
    if (distance > diff.distance) {
      diff.distance = distance;
      diff.sample = score.sample;
    }
  }
  diff.has_other_samples = diff.n != a.size() || diff.n != b.size();
}

/// Whether b is better than a, where samples tell.
void judge(const Cell& left, const Cell& right, MetricDiff& diff) {
  const auto a = scores_of(left, diff.metric);
  const auto b = scores_of(right, diff.metric);
  if (!a || !b) {
    return;
  }
  const auto pair = pair_of(*b, *a);
  if (!pair) {
    return;
  }
  diff.difference = t_interval(difference_of(pair->a, pair->b, pair->form), pair->a.size());
  const auto direction = left.metrics.at(diff.metric).direction();
  if (!diff.difference || !direction) {
    return;
  }
  const bool higher = *direction;
  if (diff.difference->low > 0.0 || diff.difference->high < 0.0) {
    diff.verdict =
        (diff.difference->low > 0.0) == higher ? ChangeVerdict::kBetter : ChangeVerdict::kWorse;
  } else {
    diff.verdict = ChangeVerdict::kCannotTell;
  }
}

class Differ {
 public:
  Differ(const Collection& a, const Collection& b, std::optional<double> tolerance, Diff& found)
      : a_(a), b_(b), tolerance_(tolerance), found_(found) {}

  void compare(size_t cell_a, size_t cell_b) {
    const Cell& left = a_.cells[cell_a];
    const Cell& right = b_.cells[cell_b];
    if (const auto reason = other_inputs(left, right)) {
      found_.incomparable.push_back({cell_a, *reason});
      return;
    }
    found_.compared.push_back(cell_a);
    const double tolerance = tolerance_ ? *tolerance_ : tolerance_of(left);
    for (const auto& [name, metric] : left.metrics) {
      const auto other = right.metrics.find(name);
      if (other == right.metrics.end()) {
        found_.lost_metrics.push_back({cell_a, name});
      } else if (metric.timed || other->second.timed) {
        ++found_.timed;
      } else {
        MetricDiff diff = {.cell_a = cell_a, .cell_b = cell_b, .metric = name};
        diff.a = metric.value;
        diff.b = other->second.value;
        add(std::move(diff), metric, tolerance);
      }
    }
    compare_answers(cell_a, left, right);
  }

 private:
  void add(MetricDiff diff, const Metric& metric, double tolerance) {
    const Cell& left = a_.cells[diff.cell_a];
    const Cell& right = b_.cells[diff.cell_b];
    const auto a = left.samples.find(diff.metric);
    const auto b = right.samples.find(diff.metric);
    if (a != left.samples.end() && b != right.samples.end()) {
      compare_samples(a->second, b->second, diff);
    }
    if (!diff.has_other_samples) {
      const double distance =
          identity_distance(comparable(diff.a, metric), comparable(diff.b, metric), 1.0);
      if (distance > diff.distance) {
        diff.distance = distance;
        diff.sample = std::nullopt;
      }
    }
    diff.is_changed = diff.distance > tolerance;
    if (diff.is_changed) {
      judge(left, right, diff);
    }
    found_.metrics.push_back(std::move(diff));
  }

  /// Numbers of metrics are compared as such.
  void compare_answers(size_t cell_a, const Cell& left, const Cell& right) {
    std::set<std::string> numbers;
    for (const Cell* cell : {&left, &right}) {
      for (const auto& [name, metric] : cell->metrics) {
        if (metric.samples) {
          numbers.insert(metric.samples->numerator);
          numbers.insert(metric.samples->denominator.value_or(metric.samples->numerator));
        }
      }
    }
    const auto file_a = left.folder / "samples.jsonl";
    const auto file_b = right.folder / "samples.jsonl";
    if (!is_there(file_a) || !is_there(file_b)) {
      return;  // collect() has named a file that should be there.
    }
    ChangedAnswers changed = changed_answers(file_a, file_b, numbers);
    if (changed.samples > 0) {
      found_.answers.push_back({cell_a, changed.samples, changed.first, std::move(changed.key)});
    }
  }

  const Collection& a_;
  const Collection& b_;
  std::optional<double> tolerance_;
  Diff& found_;
};

}  // namespace

bool Diff::is_changed() const {
  return !lost.empty() || !answers.empty() || !incomparable.empty() || !lost_metrics.empty() ||
         std::any_of(metrics.begin(), metrics.end(),
                     [](const MetricDiff& diff) { return diff.is_changed; });
}

Diff diff(const Collection& a, const Collection& b, std::optional<double> tolerance) {
  const auto is_done = [](const Collection& side, size_t cell) {
    return side.cells[cell].state == CellState::kDone;
  };
  Diff found;
  Differ differ(a, b, tolerance, found);
  const SameCells same = same_cells(a, b);
  if (same.pairs.empty()) {
    throw InputError(
        "--diff: no cell of one side has the id or the parameters of one of the other");
  }
  for (const auto& [left, right] : same.pairs) {
    if (is_done(a, left) && is_done(b, right)) {
      differ.compare(left, right);
    } else if (is_done(a, left)) {
      found.lost.push_back(left);
    } else if (is_done(b, right)) {
      found.added.push_back(right);
    }
  }
  std::copy_if(same.only_a.begin(), same.only_a.end(), std::back_inserter(found.lost),
               [&](size_t cell) { return is_done(a, cell); });
  std::copy_if(same.only_b.begin(), same.only_b.end(), std::back_inserter(found.added),
               [&](size_t cell) { return is_done(b, cell); });
  return found;
}

}  // namespace multistate::aggregate
