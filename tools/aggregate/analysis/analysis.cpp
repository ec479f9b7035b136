#include "aggregate/analysis/analysis.h"

#include <numeric>

#include <fmt/format.h>

#include "aggregate/analysis/ranges.h"

namespace multistate::aggregate {
namespace {

/// One sentence a sweep that is not there whole.
void warn_of_gaps(const Collection& collection, std::vector<std::string>& warnings) {
  auto counts = count_by_sweep(collection);
  for (size_t i = 0; i < counts.size(); ++i) {
    const Sweep& sweep = collection.sweeps[i];
    auto& [states, limited] = counts[i];
    if (states[CellState::kDone] < sweep.planned) {
      warnings.push_back(fmt::format("{}: {} of {} planned cells; {} failed, {} unfinished",
                                     sweep.name, states[CellState::kDone], sweep.planned,
                                     states[CellState::kFailed], states[CellState::kPartial]));
    }
    if (limited > 0) {
      warnings.push_back(fmt::format("{}: {} cells ran only the first of their samples (--limit)",
                                     sweep.name, limited));
    }
  }
}

std::map<std::string, Interval> intervals_of(const Cell& cell, Resampling& resampling) {
  std::map<std::string, Interval> intervals;
  for (const auto& [name, samples] : cell.samples) {
    const auto scores = cell.is_done() ? scores_of(cell, name) : std::nullopt;
    if (!scores) {
      continue;
    }
    const MetricRange& range = cell.metrics.at(name).range;
    const auto interval = range.least || range.most
                              ? interval_within(range, *scores, resampling)
                              : resampling.interval(scores->by_unit.scores(), scores->form);
    if (interval) {
      intervals[name] = *interval;
    }
  }
  return intervals;
}

/// policy.name, state_size, and the other parameters that vary.
std::vector<std::string> parameters_of(const Collection& collection) {
  std::vector<size_t> all(collection.cells.size());
  std::iota(all.begin(), all.end(), size_t{0});
  std::vector<std::string> names = {"policy.name", "state_size"};
  for (const std::string& name : varying_parameters(collection, all)) {
    if (name != names[0] && name != names[1]) {
      names.push_back(name);
    }
  }
  return names;
}

std::string method_of(const AnalysisOptions& options) {
  return fmt::format(
      "95 %: expanded percentile bootstrap over units (samples, or what these are clustered by), "
      "{} "
      "replicates, seed {}; t for fewer than {} units; shares by Wilson's interval or on the logit "
      "scale. Tests, paired over units: sign-flip permutation (exact up to {} units, else {} "
      "draws) "
      "where its smallest p times the size of the family is at most {}, and where differences "
      "repeat "
      "(right or wrong answers); else Student's paired t, which assumes roughly normal "
      "differences; "
      "none below {} units. Adjusted (Holm; against the leader Hochberg) within each metric, state "
      "size and question (against the full "
      "cache; against the leader; against the matched control). Best: p < {} against every other "
      "policy and control of the state size. Effect: Cohen's d_z",
      options.replicates, options.seed, kLeastForBootstrap, kExactSamples, options.draws,
      kResolution * kSignificant, kLeastForTest, kSignificant);
}

}  // namespace

Analysis analyze(const Collection& collection, const AnalysisOptions& options) {
  Analysis analysis;
  analysis.interval_method = method_of(options);
  analysis.parameters = parameters_of(collection);
  analysis.metrics = metrics_of(collection, options);
  warn_of_gaps(collection, analysis.warnings);
  Workspace work(collection, options, analysis.metrics, analysis.warnings);
  analysis.intervals.reserve(collection.cells.size());
  for (const Cell& cell : collection.cells) {
    analysis.intervals.push_back(intervals_of(cell, work.resampling));
  }
  analysis.groups = make_groups(collection, options, analysis.warnings);
  compare_groups(analysis.groups, work);
  for (Group& group : analysis.groups) {
    find_smallest_states(group, work);
    find_fronts(group, work);
  }
  return analysis;
}

}  // namespace multistate::aggregate
