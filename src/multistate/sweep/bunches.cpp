#include "multistate/sweep/bunches.h"

#include <algorithm>
#include <utility>

namespace multistate {
namespace {

/// The most that the beginnings of a bunch may be of the tokens that it computes, as 1 in so many.
constexpr int64_t kLeastShare = 50;

}  // namespace

int64_t tokens_before_first_eviction(const PlannedCell& cell, int64_t sample) {
  return cell.spec->policy.tokens_before_first_eviction(cell.workload->length(sample));
}

void Bunches::Longest::add(int64_t tokens) {
  second = std::max(second, std::min(first, tokens));
  first = std::max(first, tokens);
}

Bunches::Bunches(const SweepPlan& plan) {
  using Key = std::pair<const SweepModel*, const Workload*>;
  std::map<Key, size_t> places;
  std::vector<std::vector<Sharer>> groups;  // In the order of the plan.
  for (const PlannedCell& cell : plan.cells) {
    const auto [place, is_new] =
        places.try_emplace(Key(cell.model.get(), cell.workload.get()), groups.size());
    if (is_new) {
      groups.emplace_back();
    }
    Sharer sharer = {&cell, 0};
    for (int64_t sample = 0; sample < cell.samples && cell.workload->batch() == 1; ++sample) {
      sharer.unchanged += tokens_before_first_eviction(cell, sample);
    }
    groups[place->second].push_back(sharer);
  }
  for (std::vector<Sharer>& group : groups) {
    cut(std::move(group));
  }
}

void Bunches::cut(std::vector<Sharer> sharers) {
  std::stable_sort(sharers.begin(), sharers.end(), [](const Sharer& left, const Sharer& right) {
    return left.unchanged < right.unchanged;
  });
  std::vector<std::vector<Sharer>> bunches(1);
  int64_t computed = 0;
  for (const Sharer& sharer : sharers) {
    if (sharer.unchanged == 0) {
      add_bunch({sharer});
      continue;
    }
    std::vector<Sharer>& bunch = bunches.back();
    bunch.push_back(sharer);
    computed += sharer.cell->tokens - sharer.unchanged;
    // In this order the second longest beginning is that of the last but one.
    if (bunch.size() > 1 && bunch[bunch.size() - 2].unchanged * kLeastShare <= computed) {
      bunches.emplace_back();
      computed = 0;
    }
  }
  // One cell alone would compute what it can share.
  if (bunches.size() > 1 && bunches.back().size() == 1) {
    bunches[bunches.size() - 2].push_back(bunches.back().front());
    bunches.pop_back();
  }
  for (const std::vector<Sharer>& bunch : bunches) {
    if (!bunch.empty()) {
      add_bunch(bunch);
    }
  }
}

void Bunches::add_bunch(const std::vector<Sharer>& sharers) {
  std::vector<Longest> samples;
  for (const Sharer& sharer : sharers) {
    bunch_of_[sharer.cell] = samples_.size();
    const auto count = static_cast<size_t>(sharer.unchanged > 0 ? sharer.cell->samples : 0);
    samples.resize(std::max(samples.size(), count));
    for (size_t sample = 0; sample < count; ++sample) {
      samples[sample].add(tokens_before_first_eviction(*sharer.cell, static_cast<int64_t>(sample)));
    }
  }
  samples_.push_back(std::move(samples));
}

int64_t Bunches::shared_tokens(size_t bunch, int64_t sample) const {
  const auto& samples = samples_.at(bunch);
  const auto place = static_cast<size_t>(sample);
  return place < samples.size() ? samples[place].second : 0;
}

}  // namespace multistate
