#include "aggregate/analysis/analysis.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "aggregate/analysis/families.h"
#include "aggregate/analysis/pareto.h"
#include "aggregate/analysis/ranges.h"
#include "aggregate/analysis/thresholds.h"

namespace multistate::aggregate {
namespace {

/// One sentence a sweep that is not there whole.
void warn_of_gaps(const Collection& collection, std::vector<std::string>& warnings) {
  struct Count {
    size_t done = 0;
    size_t failed = 0;
    size_t partial = 0;
    size_t limited = 0;
  };
  std::vector<Count> counts(collection.sweeps.size());
  for (const Cell& cell : collection.cells) {
    Count& count = counts.at(cell.sweep);
    count.done += cell.state == CellState::kDone ? 1 : 0;
    count.failed += cell.state == CellState::kFailed ? 1 : 0;
    count.partial += cell.state == CellState::kPartial ? 1 : 0;
    count.limited += cell.state == CellState::kDone && cell.limited ? 1 : 0;
  }
  for (size_t i = 0; i < counts.size(); ++i) {
    const Sweep& sweep = collection.sweeps[i];
    if (counts[i].done < sweep.planned) {
      warnings.push_back(fmt::format("{}: {} of {} planned cells; {} failed, {} unfinished",
                                     sweep.name, counts[i].done, sweep.planned, counts[i].failed,
                                     counts[i].partial));
    }
    if (counts[i].limited > 0) {
      warnings.push_back(fmt::format("{}: {} cells ran only the first of their samples (--limit)",
                                     sweep.name, counts[i].limited));
    }
  }
}

/// Samples times metrics of all done cells.
size_t count_observations(const Collection& collection) {
  size_t count = 0;
  for (const Cell& cell : collection.cells) {
    for (const auto& [metric, samples] : cell.samples) {
      count += samples.size();
    }
  }
  return count;
}

/// Metrics of the same samples (nll and perplexity) share the replicates: the ends of an interval
/// of exp(x) are exp of those of x, since both are replicates.
struct KnownInterval {
  CellScores scores;
  std::optional<Interval> ratio;
};

std::map<std::string, Interval> intervals_of(const Cell& cell, Resampling& resampling) {
  std::map<std::string, Interval> intervals;
  std::vector<KnownInterval> known;
  for (const auto& [name, samples] : cell.samples) {
    auto scores = scores_of(cell, name);
    if (!scores || cell.state != CellState::kDone) {
      continue;
    }
    const RatioForm form = scores->form;
    const MetricRange& range = cell.metrics.at(name).range;
    if (range.least || range.most) {
      if (const auto interval = interval_within(range, *scores, resampling)) {
        intervals[name] = *interval;
      }
      continue;
    }
    auto found = std::find_if(known.begin(), known.end(), [&](const KnownInterval& other) {
      return other.scores.numerators == scores->numerators &&
             other.scores.denominators == scores->denominators;
    });
    if (found == known.end()) {
      const auto ratio = resampling.interval(scores->scores(), RatioForm{});
      found = known.insert(known.end(), {std::move(*scores), ratio});
    }
    if (found->ratio) {
      const std::array ends = {form.value(found->ratio->low), form.value(found->ratio->high)};
      intervals[name] = {std::min(ends[0], ends[1]), std::max(ends[0], ends[1])};
    }
  }
  return intervals;
}

std::vector<MetricInfo> headline_of(const std::vector<MetricInfo>& metrics) {
  std::vector<MetricInfo> headline;
  std::copy_if(metrics.begin(), metrics.end(), std::back_inserter(headline),
               [](const MetricInfo& metric) { return metric.headline; });
  return headline;
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
  analysis.parameters = varying_parameters(collection);
  analysis.metrics = metrics_of(collection, options);
  warn_of_gaps(collection, analysis.warnings);
  Resampling resampling(options, count_observations(collection), analysis.warnings);
  analysis.intervals.reserve(collection.cells.size());
  for (const Cell& cell : collection.cells) {
    analysis.intervals.push_back(intervals_of(cell, resampling));
  }
  const auto headline = headline_of(analysis.metrics);
  std::vector<std::string> names;
  names.reserve(headline.size());
  for (const MetricInfo& metric : headline) {
    names.push_back(metric.name);
  }
  const ScoreTable table(collection, names, analysis.warnings);
  analysis.groups = make_groups(collection, options, analysis.warnings);
  Workspace work = {collection, options, headline, table, resampling, analysis.warnings};
  compare_groups(analysis.groups, work);
  for (Group& group : analysis.groups) {
    find_smallest_states(group, work);
    find_fronts(group, work);
  }
  return analysis;
}

}  // namespace multistate::aggregate
