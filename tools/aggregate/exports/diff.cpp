#include "aggregate/exports/diff.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "multistate/aggregate/score_table.h"
#include "multistate/base/error.h"
#include "multistate/base/output_file.h"
#include "multistate/results/identity_tolerance.h"
#include "multistate/results/ratio.h"

#include "aggregate/exports/changed_answers.h"
#include "aggregate/reading/sample_texts.h"

namespace multistate::aggregate {
namespace {

/// The cell of each side that is the same, by cell of a.
using Pairs = std::map<size_t, size_t>;

/// What two cells that are the same have in common, whatever their ids: parameters without
/// versions.
std::string parameters_key(const Cell& cell) {
  std::string key;
  for (const auto& [name, value] : cell.parameters) {
    if (name != "policy.version" && name != "experiment.version") {
      key += name + "=" + parameter_text(value) + "\n";
    }
  }
  return key;
}

/// Cells that are not in `taken`, by what `key` gives; of several one that is done.
template <class Key>
std::map<std::string, size_t> places_by(const Collection& collection, const std::set<size_t>& taken,
                                        const Key& key) {
  std::map<std::string, size_t> places;
  for (size_t i = 0; i < collection.cells.size(); ++i) {
    const std::string text = key(collection.cells[i]);
    if (taken.contains(i) || text.empty()) {
      continue;
    }
    const auto [place, is_new] = places.try_emplace(text, i);
    if (!is_new && !collection.cells[place->second].is_done()) {
      place->second = i;
    }
  }
  return places;
}

/// Cells of the same id first (wherever the model and data lay), then of the same parameters.
Pairs same_cells(const Collection& a, const Collection& b) {
  Pairs pairs;
  std::set<size_t> taken_a;
  std::set<size_t> taken_b;
  const auto match = [&](const auto& key) {
    const auto right = places_by(b, taken_b, key);
    for (const auto& [text, cell] : places_by(a, taken_a, key)) {
      if (const auto other = right.find(text); other != right.end()) {
        pairs[cell] = other->second;
        taken_a.insert(cell);
        taken_b.insert(other->second);
      }
    }
  };
  match([](const Cell& cell) { return cell.id; });
  match(parameters_key);
  return pairs;
}

/// Which inputs of two cells differ, by their hashes; none when those that both recorded are equal.
std::optional<std::string> other_inputs(const Cell& a, const Cell& b) {
  for (const char* name : {"model", "tokenizer", "data"}) {
    const std::string pointer = fmt::format("/inputs/{}_sha256", name);
    const auto& left = a.in_context(pointer.c_str());
    const auto& right = b.in_context(pointer.c_str());
    if (left.is_string() && right.is_string() && left != right) {
      return fmt::format("the {} differs (sha256 {} and {})", name,
                         parameter_text(left).substr(0, 12), parameter_text(right).substr(0, 12));
    }
  }
  return std::nullopt;
}

double tolerance_of(const Cell& cell) {
  const auto& dtype = cell.parameter("model.dtype");
  if (dtype.is_null()) {
    throw InputError(fmt::format("--diff: {} names no model.dtype; give --diff-tolerance",
                                 cell.folder.string()));
  }
  return identity_tolerance(parameter_text(dtype));
}

/// The value before an exponential: a relative difference of a perplexity is an absolute one of
/// its loss.
double comparable(double value, const Metric& metric) {
  return metric.samples && form_of(*metric.samples).exponential ? std::log(value) : value;
}

/// Distances of all common samples, the largest of which is kept.
void compare_samples(const std::vector<SampleScore>& a, const std::vector<SampleScore>& b,
                     MetricDiff& diff) {
  std::map<int64_t, const SampleScore*> others;
  for (const SampleScore& score : b) {
    others.emplace(score.sample, &score);
  }
  for (const SampleScore& score : a) {
    const auto other = others.find(score.sample);
    if (other == others.end()) {
      continue;
    }
    ++diff.n;
    const SampleScore& there = *other->second;
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
  const auto pair = a && b ? pair_of(*b, *a) : std::nullopt;
  if (!pair) {
    return;
  }
  diff.difference =
      t_interval(difference_of(pair->a.scores(), pair->b.scores(), pair->form), pair->a.size());
  const auto direction = left.metrics.at(diff.metric).direction();
  if (!diff.difference || !direction) {
    return;
  }
  const bool is_more = diff.difference->low > 0.0;
  const bool is_less = diff.difference->high < 0.0;
  diff.verdict = !is_more && !is_less    ? ChangeVerdict::kCannotTell
                 : is_more == *direction ? ChangeVerdict::kBetter
                                         : ChangeVerdict::kWorse;
}

MetricDiff compare_metric(const Cell& left, const Cell& right, const std::string& name,
                          double tolerance) {
  const Metric& metric = left.metrics.at(name);
  MetricDiff diff = {.metric = name, .a = metric.value, .b = right.metrics.at(name).value};
  const auto a = left.samples.find(name);
  const auto b = right.samples.find(name);
  if (a != left.samples.end() && b != right.samples.end()) {
    compare_samples(a->second, b->second, diff);
  }
  const double distance =
      identity_distance(comparable(diff.a, metric), comparable(diff.b, metric), 1.0);
  if (!diff.has_other_samples && distance > diff.distance) {
    diff.distance = distance;
    diff.sample = std::nullopt;
  }
  diff.is_changed = diff.distance > tolerance;
  if (diff.is_changed) {
    judge(left, right, diff);
  }
  return diff;
}

/// Numbers of metrics are compared as such.
ChangedAnswers compare_answers(const Cell& left, const Cell& right) {
  std::set<std::string> numbers;
  for (const Cell* cell : {&left, &right}) {
    for (const auto& [name, metric] : cell->metrics) {
      if (metric.samples) {
        numbers.insert(metric.samples->numerator);
        numbers.insert(metric.samples->denominator.value_or(metric.samples->numerator));
      }
    }
  }
  // collect() has named a file that should be there.
  const bool both = is_there(left.folder / kSamplesFile) && is_there(right.folder / kSamplesFile);
  return both ? changed_answers(samples_of(left), samples_of(right), numbers) : ChangedAnswers{};
}

std::string name_of(const Cell& cell) {
  std::string name = cell.label;
  for (const char* key : {"state_size", "seed"}) {
    if (const auto& value = cell.parameter(key); !value.is_null()) {
      name += fmt::format(" {}={}", key, parameter_text(value));
    }
  }
  return name;
}

void compare(const Cell& left, const Cell& right, std::optional<double> given, Diff& found) {
  using Kind = DiffNote::Kind;
  const std::string name = name_of(left);
  if (const auto reason = other_inputs(left, right)) {
    found.notes.push_back({Kind::kIncomparable, name + ": " + *reason});
    return;
  }
  ++found.compared;
  const double tolerance = given ? *given : tolerance_of(left);
  for (const auto& [metric, value] : left.metrics) {
    const auto other = right.metrics.find(metric);
    if (other == right.metrics.end()) {
      found.notes.push_back({Kind::kLostMetric, fmt::format("{}: {}", name, metric)});
    } else if (value.timed || other->second.timed) {
      ++found.timed;
    } else {
      found.metrics.push_back(compare_metric(left, right, metric, tolerance));
      found.metrics.back().cell = name;
    }
  }
  if (const auto changed = compare_answers(left, right); changed.samples > 0) {
    found.notes.push_back(
        {Kind::kAnswers, fmt::format("{}: {} samples, first '{}' of sample {}", name,
                                     changed.samples, changed.key, changed.first)});
  }
}

}  // namespace

size_t Diff::count(DiffNote::Kind kind) const {
  return static_cast<size_t>(std::count_if(
      notes.begin(), notes.end(), [&](const DiffNote& note) { return note.kind == kind; }));
}

bool Diff::is_changed() const {
  return count(DiffNote::Kind::kNew) < notes.size() ||
         std::any_of(metrics.begin(), metrics.end(),
                     [](const MetricDiff& diff) { return diff.is_changed; });
}

Diff diff(const Collection& a, const Collection& b, std::optional<double> tolerance) {
  Diff found;
  const Pairs pairs = same_cells(a, b);
  if (pairs.empty()) {
    throw InputError(
        "--diff: no cell of one side has the id or the parameters of one of the other");
  }
  std::set<size_t> others;  // Cells of b that are done in a, too.
  for (size_t i = 0; i < a.cells.size(); ++i) {
    const auto pair = pairs.find(i);
    if (!a.cells[i].is_done()) {
      continue;
    }
    if (pair != pairs.end()) {
      others.insert(pair->second);
    }
    if (pair != pairs.end() && b.cells[pair->second].is_done()) {
      compare(a.cells[i], b.cells[pair->second], tolerance, found);
    } else {
      found.notes.push_back({DiffNote::Kind::kLost, name_of(a.cells[i])});
    }
  }
  for (size_t i = 0; i < b.cells.size(); ++i) {
    if (b.cells[i].is_done() && !others.contains(i)) {
      found.notes.push_back({DiffNote::Kind::kNew, name_of(b.cells[i])});
    }
  }
  std::stable_sort(found.notes.begin(), found.notes.end(),
                   [](const DiffNote& x, const DiffNote& y) { return x.kind < y.kind; });
  return found;
}

}  // namespace multistate::aggregate
