#include "multistate/recommend/search.h"

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "multistate/results/statistics.h"

namespace multistate::recommend {
namespace {

/// An entry and what it costs.
struct Costed {
  size_t entry = 0;
  double cost = 0.0;
};

/// NaN and infinity, which are no cost that can be ranked, count as failures.
std::vector<Costed> costs_of(std::span<const size_t> entries, const Losses& losses) {
  std::vector<Costed> costs;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (!losses.entries[i]) {
      continue;
    }
    const double cost = cost_of(*losses.entries[i], losses.full);
    if (cost < std::numeric_limits<double>::infinity()) {
      costs.push_back({entries[i], cost});
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

/// Adds up to `count` of a level's entries to the finalists; one that is there already counts.
void choose(std::span<const size_t> level, size_t count, std::vector<size_t>& finalists) {
  for (const size_t entry : level.first(std::min(count, level.size()))) {
    if (std::find(finalists.begin(), finalists.end(), entry) == finalists.end()) {
      finalists.push_back(entry);
    }
  }
}

}  // namespace

double cost_of(const ChunkLosses& losses, const ChunkLosses& full) {
  return mean_of(losses).value - mean_of(full).value;
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
  std::vector<std::vector<size_t>> within;  // By level; the best first.
  std::vector<size_t> policies(ladder.empty() ? 0 : ladder.front().size());
  std::iota(policies.begin(), policies.end(), size_t{0});
  for (const auto& level : ladder) {
    std::vector<size_t> entered;
    for (const size_t policy : policies) {
      if (level[policy]) {
        entered.push_back(*level[policy]);
      }
    }
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
        search.finalists = entries_in(std::span(costs).first(std::min<size_t>(3, costs.size())));
      }
      search.rounds.push_back(std::move(round));
      break;
    }
    within.push_back(entries_in(passing));
    const size_t kept = std::min(passing.size(), std::max(kFinalists, (passing.size() + 1) / 2));
    round.kept = entries_in(passing.first(kept));
    std::erase_if(policies, [&](size_t policy) {
      return !level[policy] ||
             std::find(round.kept.begin(), round.kept.end(), *level[policy]) == round.kept.end();
    });
    search.rounds.push_back(std::move(round));
  }
  constexpr std::array<size_t, 3> kOfLevel = {2, 2, 1};  // From the smallest up.
  for (size_t i = 0; i < std::min(within.size(), kOfLevel.size()); ++i) {
    choose(within[within.size() - 1 - i], kOfLevel[i], search.finalists);
  }
  return search;
}

}  // namespace multistate::recommend
