#include "aggregate/analysis/findings.h"

#include <algorithm>

#include <fmt/format.h>

#include "multistate/results/candidates.h"

namespace multistate::aggregate {
namespace {

/// Bytes at the peak, the most of several seeds; none when a cell does not say.
std::optional<double> peak_bytes(const Seeds& seeds, const Collection& collection) {
  double most = 0.0;
  for (const size_t cell : seeds) {
    const auto& measures = collection.cells[cell].measures;
    const auto found = measures.find("bytes_peak");
    if (found == measures.end()) {
      return std::nullopt;
    }
    most = std::max(most, found->second);
  }
  return most;
}

/// Policies that have a metric.
struct Present {
  std::vector<Entrant> entrants;
  std::vector<const Seeds*> seeds;
  std::vector<double> values;
};

Present present_in(const SizeCells& cells, const std::string& metric,
                   const Collection& collection) {
  Present present;
  for (const auto& [label, seeds] : cells.labels) {
    const auto value = mean_metric(collection, seeds, metric);
    if (value) {
      const Cell& first = collection.cells[seeds.front()];
      present.entrants.push_back(
          {label, name_of(first.role), peak_bytes(seeds, collection), first.limited});
      present.seeds.push_back(&seeds);
      present.values.push_back(*value);
    }
  }
  return present;
}

}  // namespace

Finding find_best(const SizeCells& cells, size_t metric, Workspace& work, Comparer& comparer,
                  std::vector<Comparison>& comparisons) {
  const MetricInfo& info = work.headline[metric];
  const Present present = present_in(cells, info.name, work.collection);
  const Field field = choose_field(present.entrants);
  Finding finding;
  finding.state_size = cells.size;
  finding.metric = info.name;
  for (const auto& [entrant, why] : field.not_ranked) {
    finding.not_ranked.push_back(fmt::format("{}: {}", present.entrants[entrant].label, why));
    finding.not_ranked_cells.push_back(present.seeds[entrant]->front());
  }
  std::vector<Candidate> candidates;
  std::vector<const Seeds*> seeds;  // By candidate.
  for (const size_t entrant : field.ranked) {
    candidates.push_back({present.entrants[entrant].label, present.values[entrant],
                          present.entrants[entrant].role == "control"});
    seeds.push_back(present.seeds[entrant]);
  }
  // By candidate, against the leader.
  std::map<size_t, Untested> versus;
  const auto differences = [&](size_t a, size_t b) -> std::optional<std::vector<double>> {
    auto estimate = comparer.estimate(Question::kBest, *seeds[b], *seeds[a], metric);
    if (!estimate) {
      return std::nullopt;
    }
    auto found = estimate->differences;
    versus.emplace(b, std::move(*estimate));
    return found.empty() ? std::nullopt : std::optional(std::move(found));
  };
  VerdictOptions options;
  options.higher_is_better = info.higher_is_better;
  if (!seeds.empty()) {
    const size_t first = seeds.front()->front();
    const CellScores* scores = work.table.find(first, metric);
    options.tests = comparer.options_for(scores == nullptr ? 0 : scores->scores().size());
    options.unit = work.collection.cells[first].unit;
  }
  const Verdict verdict = judge(candidates, differences, options);
  finding.kind = verdict.kind;
  finding.sentence = verdict.sentence;
  if (verdict.leader) {
    finding.cell = seeds[*verdict.leader]->front();
    finding.seeds = seeds[*verdict.leader]->size();
    finding.value = candidates[*verdict.leader].value;
  }
  for (const size_t one : verdict.tied) {
    finding.tied.push_back(seeds[one]->front());
  }
  for (const Duel& duel : verdict.duels) {
    const auto found = versus.find(duel.other);
    if (found == versus.end()) {
      continue;
    }
    Comparison comparison = std::move(found->second.comparison);
    comparison.method = duel.test.method;
    comparison.p = duel.test.p;
    comparison.p_adjusted = duel.p_adjusted;
    if (duel.other == verdict.runner_up) {
      finding.versus_runner_up = comparison;
    }
    comparisons.push_back(std::move(comparison));
  }
  return finding;
}

}  // namespace multistate::aggregate
