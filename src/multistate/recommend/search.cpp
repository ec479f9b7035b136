#include "multistate/recommend/search.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <map>
#include <numeric>
#include <utility>

#include <fmt/format.h>

namespace multistate::recommend {
namespace {

/// An entry and what it costs.
struct Costed {
  size_t entry = 0;
  double cost = 0.0;
  double error = 0.0;  ///< Standard error of the cost; 0 where one chunk gives none.
};

/// The size of a policy that would go to the confirmation.
struct BestSize {
  size_t level = 0;
  Costed costed;
};

/// NaN and infinity, which are no cost that can be ranked, count as failures.
std::vector<Costed> costs_of(std::span<const size_t> entries, const Losses& losses) {
  std::vector<Costed> costs;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!losses.entries[i]) {
      continue;
    }
    const Estimate cost = cost_of(*losses.entries[i], losses.full);
    if (cost.value < std::numeric_limits<double>::infinity()) {
      costs.push_back({entries[i], cost.value, cost.standard_error.value_or(0.0)});
    }
  }
  return costs;
}

void sort_by_cost(std::vector<Costed>& costs) {
  std::stable_sort(costs.begin(), costs.end(),
                   [](const Costed& a, const Costed& b) { return a.cost < b.cost; });
}

std::vector<size_t> entries_in(std::span<const Costed> costs) {
  std::vector<size_t> entries;
  for (const Costed& one : costs) {
    entries.push_back(one.entry);
  }
  return entries;
}

/// Takes the entries of a level that are within the limit for the best sizes of their policies:
/// those that are by a margin, and those of policies that have no size yet.
void take_best_sizes(std::span<const Costed> passing, const Ladder::value_type& entries,
                     size_t level, double limit, std::map<size_t, BestSize>& best) {
  for (const Costed& one : passing) {
    const auto policy = static_cast<size_t>(
        std::find(entries.begin(), entries.end(), std::optional(one.entry)) - entries.begin());
    if (best.count(policy) == 0 || one.cost + kMargin * one.error <= limit) {
      best[policy] = {level, one};
    }
  }
}

/// Those of the policies that have a size at the level.
std::vector<size_t> entries_of(const std::vector<size_t>& policies,
                               const Ladder::value_type& level) {
  std::vector<size_t> entries;
  for (const size_t policy : policies) {
    if (level[policy]) {
      entries.push_back(*level[policy]);
    }
  }
  return entries;
}

/// The kFinalists with the least memory, of the same memory those that cost least.
std::vector<size_t> finalists_of(const std::map<size_t, BestSize>& best) {
  std::vector<BestSize> sizes;
  sizes.reserve(best.size());
  for (const auto& [policy, size] : best) {
    sizes.push_back(size);
  }
  std::stable_sort(sizes.begin(), sizes.end(), [](const BestSize& a, const BestSize& b) {
    return std::pair(b.level, a.costed.cost) < std::pair(a.level, b.costed.cost);
  });
  sizes.resize(std::min(sizes.size(), kFinalists));
  std::vector<size_t> finalists;
  finalists.reserve(sizes.size());
  for (const BestSize& size : sizes) {
    finalists.push_back(size.costed.entry);
  }
  return finalists;
}

}  // namespace

Estimate cost_of(const ChunkLosses& losses, const ChunkLosses& full) {
  std::vector<double> differences(losses.size());
  std::transform(losses.begin(), losses.end(), full.begin(), differences.begin(), std::minus<>());
  return mean_of(differences);
}

Search halve(size_t contenders, const ChunkRange& screening, const Measure& measure) {
  Search search;
  std::vector<double> totals(contenders, 0.0);  // Of the costs of all chunks so far.
  std::vector<size_t> left(contenders);
  std::iota(left.begin(), left.end(), size_t{0});
  for (const ChunkRange& chunks : rounds_of(screening, contenders)) {
    Round round = {fmt::format("screening-{}", search.rounds.size() + 1), chunks, left, {}};
    auto costs = costs_of(left, measure(round.name, left, chunks));
    for (Costed& one : costs) {
      totals[one.entry] += one.cost * static_cast<double>(chunks.count);
      one.cost = totals[one.entry];
    }
    sort_by_cost(costs);
    costs.resize(std::min(costs.size(), kept_of(left.size())));
    left = round.kept = entries_in(costs);
    search.rounds.push_back(std::move(round));
  }
  search.finalists = left;
  return search;
}

Search descend(const Ladder& ladder, double limit, const ChunkRange& screening,
               const Measure& measure) {
  Search search;
  std::map<size_t, BestSize> best;  // By policy.
  std::vector<size_t> policies(ladder.empty() ? 0 : ladder.front().size());
  std::iota(policies.begin(), policies.end(), size_t{0});
  for (size_t depth = 0; depth < ladder.size(); ++depth) {
    const auto& level = ladder[depth];
    const auto entered = entries_of(policies, level);
    if (entered.empty()) {
      break;
    }
    const ChunkRange chunks = {screening.first, chunks_of_level(screening.count, entered.size())};
    Round round = {fmt::format("screening-{}", search.rounds.size() + 1), chunks, entered, {}};
    auto costs = costs_of(entered, measure(round.name, entered, chunks));
    sort_by_cost(costs);
    const auto first_beyond = std::find_if(costs.begin(), costs.end(),
                                           [&](const Costed& one) { return one.cost > limit; });
    const std::span passing(costs.begin(), first_beyond);
    if (passing.empty()) {
      if (search.rounds.empty()) {
        search.finalists = entries_in(std::span(costs).first(std::min(kFinalists, costs.size())));
      }
      search.rounds.push_back(std::move(round));
      break;
    }
    take_best_sizes(passing, level, depth, limit, best);
    const size_t kept = std::min(passing.size(), std::max(kFinalists, (passing.size() + 1) / 2));
    round.kept = entries_in(passing.first(kept));
    std::erase_if(policies, [&](size_t policy) {
      return !level[policy] ||
             std::find(round.kept.begin(), round.kept.end(), *level[policy]) == round.kept.end();
    });
    search.rounds.push_back(std::move(round));
  }
  if (!best.empty()) {
    search.finalists = finalists_of(best);
  }
  return search;
}

}  // namespace multistate::recommend
