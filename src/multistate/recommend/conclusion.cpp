#include "multistate/recommend/conclusion.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include <fmt/format.h>

#include "multistate/base/text.h"
#include "multistate/results/power.h"
#include "multistate/results/statistics.h"
#include "multistate/results/verdict.h"

namespace multistate::recommend {
namespace {

std::vector<double> differences_of(const ChunkLosses& a, const ChunkLosses& b) {
  std::vector<double> differences(a.size());
  std::transform(a.begin(), a.end(), b.begin(), differences.begin(), std::minus<>());
  return differences;
}

std::vector<Cost> costs_of(std::span<const Finalist> finalists, const ChunkLosses& full) {
  const double together =
      1.0 - (1.0 - aggregate::kConfidence) / static_cast<double>(finalists.size());
  std::vector<Cost> costs;
  for (const Finalist& finalist : finalists) {
    const Estimate estimate = mean_of(differences_of(finalist.losses, full));
    Cost cost;
    cost.loss = mean_of(finalist.losses).value;
    cost.difference = estimate.value;
    cost.interval = *aggregate::t_interval(estimate, full.size(), together);
    costs.push_back(cost);
  }
  return costs;
}

/// Those whose bytes are equal to the fewest of `among`.
std::vector<size_t> smallest_of(std::span<const size_t> among,
                                std::span<const Finalist> finalists) {
  int64_t fewest = finalists[among.front()].bytes;
  for (const size_t i : among) {
    fewest = std::min(fewest, finalists[i].bytes);
  }
  std::vector<size_t> smallest;
  for (const size_t i : among) {
    if (static_cast<double>(finalists[i].bytes) <= kEqualBytes * static_cast<double>(fewest)) {
      smallest.push_back(i);
    }
  }
  return smallest;
}

size_t by_tie_rule(std::span<const size_t> tied, std::span<const Finalist> finalists,
                   std::span<const Cost> costs) {
  const auto smallest = smallest_of(tied, finalists);
  return *std::min_element(smallest.begin(), smallest.end(), [&](size_t a, size_t b) {
    return std::tuple(finalists[a].inputs, costs[a].difference) <
           std::tuple(finalists[b].inputs, costs[b].difference);
  });
}

/// Chunks that would tell the first two of those tied apart.
std::optional<size_t> needed_to_tell(const Conclusion& conclusion,
                                     std::span<const Finalist> finalists) {
  const auto differences =
      differences_of(finalists[conclusion.tied[0]].losses, finalists[conclusion.tied[1]].losses);
  return samples_needed(cohens_dz(differences), conclusion.tied.size() - 1);
}

/// Chooses among finalists that satisfy the constraint alike; sets all but the costs.
void choose_among(std::span<const size_t> among, std::span<const Finalist> finalists,
                  Conclusion& conclusion) {
  if (among.size() == 1) {
    conclusion.kind = Conclusion::Kind::kAlone;
    conclusion.chosen = among.front();
    return;
  }
  std::vector<Candidate> candidates;
  for (const size_t i : among) {
    candidates.push_back({finalists[i].label, conclusion.costs[i].loss, false});
  }
  const auto paired = [&](size_t a, size_t b) {
    return std::optional(differences_of(finalists[among[a]].losses, finalists[among[b]].losses));
  };
  const Verdict verdict =
      judge(candidates, paired, {.higher_is_better = false, .unit = "chunk", .tests = {}});
  conclusion.sentence = verdict.sentence;
  if (verdict.kind == Verdict::Kind::kBest) {
    conclusion.kind = Conclusion::Kind::kBest;
    conclusion.chosen = among[*verdict.leader];
    return;
  }
  conclusion.kind = Conclusion::Kind::kTied;
  for (const size_t i : verdict.tied) {
    conclusion.tied.push_back(among[i]);
  }
  if (conclusion.tied.empty()) {  // Nothing can be said of any of them.
    conclusion.tied.assign(among.begin(), among.end());
    std::stable_sort(conclusion.tied.begin(), conclusion.tied.end(), [&](size_t a, size_t b) {
      return conclusion.costs[a].difference < conclusion.costs[b].difference;
    });
  }
  conclusion.chosen = by_tie_rule(conclusion.tied, finalists, conclusion.costs);
  conclusion.chunks_needed = needed_to_tell(conclusion, finalists);
}

/// The finalist that is least above the limit, and what would show it to be within.
void choose_closest(std::span<const Finalist> finalists, const ChunkLosses& full, double limit,
                    Conclusion& conclusion) {
  const auto closest =
      std::min_element(conclusion.costs.begin(), conclusion.costs.end(),
                       [](const Cost& a, const Cost& b) { return a.difference < b.difference; });
  conclusion.kind = Conclusion::Kind::kNone;
  conclusion.chosen = static_cast<size_t>(closest - conclusion.costs.begin());
  const Finalist& finalist = finalists[conclusion.chosen];
  if (closest->difference > limit) {
    conclusion.sentence =
        fmt::format("no finalist is within the limit; {} is closest", finalist.label);
    return;
  }
  conclusion.sentence = fmt::format(
      "{} is within the limit by its mean, but its interval goes beyond it: {} do not show it",
      finalist.label, count_of(full.size(), "chunk"));
  auto margins = differences_of(finalist.losses, full);
  for (double& margin : margins) {
    margin -= limit;
  }
  conclusion.chunks_needed = samples_needed(cohens_dz(margins), finalists.size());
}

}  // namespace

Conclusion conclude(std::span<const Finalist> finalists, const ChunkLosses& full) {
  Conclusion conclusion;
  conclusion.costs = costs_of(finalists, full);
  std::vector<size_t> all(finalists.size());
  std::iota(all.begin(), all.end(), size_t{0});
  choose_among(all, finalists, conclusion);
  return conclusion;
}

Conclusion conclude_within(std::span<const Finalist> finalists, const ChunkLosses& full,
                           double limit) {
  Conclusion conclusion;
  conclusion.costs = costs_of(finalists, full);
  std::vector<size_t> within;
  for (size_t i = 0; i < finalists.size(); ++i) {
    if (conclusion.costs[i].interval.high <= limit) {
      within.push_back(i);
    }
  }
  if (within.empty()) {
    choose_closest(finalists, full, limit, conclusion);
  } else {
    choose_among(smallest_of(within, finalists), finalists, conclusion);
  }
  return conclusion;
}

}  // namespace multistate::recommend
