#include "multistate/sweep/cell_groups.h"

#include <algorithm>
#include <utility>

namespace multistate {
namespace {

/// Shared prefixes are at most this fraction, 1 in 50, of the tokens that a group computes.
constexpr int64_t kLeastShare = 50;

}  // namespace

int64_t tokens_before_first_eviction(const PlannedCell& cell, int64_t sample) {
  return cell.spec->policy.tokens_before_first_eviction(cell.workload->length(sample));
}

void CellGroups::Longest::add(int64_t tokens) {
  second = std::max(second, std::min(first, tokens));
  first = std::max(first, tokens);
}

CellGroups::CellGroups(const SweepPlan& plan) {
  using Key = std::pair<const SweepModel*, const Workload*>;
  std::map<Key, size_t> places;
  std::vector<std::vector<Sharer>> by_workload;  // In the order of the plan.
  for (const PlannedCell& cell : plan.cells) {
    const auto [place, is_new] =
        places.try_emplace(Key(cell.model.get(), cell.workload.get()), by_workload.size());
    if (is_new) {
      by_workload.emplace_back();
    }
    Sharer sharer = {&cell, 0};
    for (int64_t sample = 0; sample < cell.samples && cell.workload->batch() == 1; ++sample) {
      sharer.unchanged += tokens_before_first_eviction(cell, sample);
    }
    by_workload[place->second].push_back(sharer);
  }
  for (std::vector<Sharer>& sharers : by_workload) {
    cut(std::move(sharers));
  }
}

void CellGroups::cut(std::vector<Sharer> sharers) {
  std::stable_sort(sharers.begin(), sharers.end(), [](const Sharer& left, const Sharer& right) {
    return left.unchanged < right.unchanged;
  });
  std::vector<std::vector<Sharer>> groups(1);
  int64_t computed = 0;
  for (const Sharer& sharer : sharers) {
    if (sharer.unchanged == 0) {
      add_group({sharer});
      continue;
    }
    std::vector<Sharer>& group = groups.back();
    group.push_back(sharer);
    computed += sharer.cell->tokens - sharer.unchanged;
    // In this order the second longest prefix is that of the last but one.
    if (group.size() > 1 && group[group.size() - 2].unchanged * kLeastShare <= computed) {
      groups.emplace_back();
      computed = 0;
    }
  }
  // One cell alone would compute what it can share.
  if (groups.size() > 1 && groups.back().size() == 1) {
    groups[groups.size() - 2].push_back(groups.back().front());
    groups.pop_back();
  }
  for (const std::vector<Sharer>& group : groups) {
    if (!group.empty()) {
      add_group(group);
    }
  }
}

void CellGroups::add_group(const std::vector<Sharer>& sharers) {
  std::vector<Longest> samples;
  for (const Sharer& sharer : sharers) {
    group_of_[sharer.cell] = samples_.size();
    const auto count = static_cast<size_t>(sharer.unchanged > 0 ? sharer.cell->samples : 0);
    samples.resize(std::max(samples.size(), count));
    for (size_t sample = 0; sample < count; ++sample) {
      samples[sample].add(tokens_before_first_eviction(*sharer.cell, static_cast<int64_t>(sample)));
    }
  }
  samples_.push_back(std::move(samples));
}

int64_t CellGroups::shared_tokens(size_t group, int64_t sample) const {
  const auto& samples = samples_.at(group);
  const auto place = static_cast<size_t>(sample);
  return place < samples.size() ? samples[place].second : 0;
}

}  // namespace multistate
