// How often a whole search, screening included, makes a claim that is false, and how often it finds
// a policy that is better.

#include <cmath>
#include <numbers>
#include <set>
#include <vector>

#include "multistate/base/random.h"
#include "multistate/recommend/conclusion.h"

#include "support/catch.h"

namespace multistate::test::simulation_test {
namespace {

using namespace recommend;

constexpr int kSearches = 400;
constexpr int64_t kChunks = 28;
constexpr double kNoise = 0.02;  // Of a policy's cost, from chunk to chunk.

/// 0.05 and three Monte-Carlo standard errors, sqrt(0.05 * 0.95 / 400) = 0.0109 each.
constexpr double kMost = 0.05 + 3.0 * 0.0109;

double draw(Random& random) {
  const double u = 1.0 - random.uniform();
  return std::sqrt(-2.0 * std::log(u)) * std::cos(2.0 * std::numbers::pi * random.uniform());
}

/// Chunks of different difficulty on which entry i costs means[i] and noise of its own.
class World {
 public:
  World(const std::vector<double>& means, uint64_t seed) {
    Random random({seed, means.size()});
    for (int64_t chunk = 0; chunk < kChunks; ++chunk) {
      full_.push_back(3.0 + 0.3 * draw(random));
    }
    for (const double mean : means) {
      losses_.emplace_back();
      for (const double full : full_) {
        losses_.back().push_back(full + mean + kNoise * draw(random));
      }
    }
  }

  Measure measure() const {
    return [this](const std::string&, std::span<const size_t> entries, ChunkRange chunks) {
      Losses losses = {part(full_, chunks), {}};
      for (const size_t entry : entries) {
        losses.entries.emplace_back(part(losses_[entry], chunks));
      }
      return losses;
    };
  }

  std::vector<Finalist> finalists(const std::vector<size_t>& entries, ChunkRange chunks) const {
    std::vector<Finalist> finalists;
    for (const size_t entry : entries) {
      finalists.push_back({std::to_string(entry), 1000, 1, part(losses_[entry], chunks)});
    }
    return finalists;
  }

  ChunkLosses full(ChunkRange chunks) const { return part(full_, chunks); }

 private:
  static ChunkLosses part(const ChunkLosses& losses, ChunkRange chunks) {
    return {losses.begin() + chunks.first, losses.begin() + chunks.first + chunks.count};
  }

  ChunkLosses full_;
  std::vector<ChunkLosses> losses_;
};

struct Outcome {
  Conclusion conclusion;
  size_t chosen = 0;  ///< As an entry.
};

Outcome search_by_memory(const std::vector<double>& means, uint64_t seed) {
  const World world(means, seed);
  const Schedule schedule = share_out(kChunks, true);
  const auto entries = halve(means.size(), schedule.screening, world.measure()).finalists;
  Outcome outcome = {
      conclude(world.finalists(entries, schedule.confirming), world.full(schedule.confirming)), 0};
  outcome.chosen = entries[outcome.conclusion.chosen];
  return outcome;
}

double share_of_searches(const std::function<bool(uint64_t seed)>& holds) {
  int count = 0;
  for (uint64_t seed = 0; seed < kSearches; ++seed) {
    count += holds(seed) ? 1 : 0;
  }
  return static_cast<double>(count) / kSearches;
}

}  // namespace

TEST_CASE("of policies that do not differ one is called the best in at most 5 % of searches") {
  const size_t contenders = GENERATE(4, 25);
  const std::vector<double> means(contenders, 0.05);
  const double share = share_of_searches([&](uint64_t seed) {
    return search_by_memory(means, seed).conclusion.kind == Conclusion::Kind::kBest;
  });
  INFO(contenders << " contenders: " << share);
  CHECK(share <= kMost);
}

TEST_CASE("the interval of the policy that was chosen of many holds its cost") {
  const std::vector<double> means(25, 0.05);
  const double missed = share_of_searches([&](uint64_t seed) {
    const Conclusion found = search_by_memory(means, seed).conclusion;
    const aggregate::Interval& interval = found.costs[found.chosen].interval;
    return interval.low > 0.05 || interval.high < 0.05;
  });
  INFO("missed in " << missed);
  CHECK(missed <= kMost);
}

TEST_CASE("a policy that is better is found, and called the best") {
  std::vector<double> means(25, 0.08);
  means[7] = 0.04;
  int wrong = 0;
  const double found = share_of_searches([&](uint64_t seed) {
    const Outcome outcome = search_by_memory(means, seed);
    const bool best = outcome.conclusion.kind == Conclusion::Kind::kBest;
    wrong += best && outcome.chosen != 7 ? 1 : 0;
    return best && outcome.chosen == 7;
  });
  INFO("found in " << found);
  // 0.04 is sqrt(2) standard deviations of the paired differences: power 0.97 of 17 chunks in three
  // tests by paired_t_power(); a screening loses some.
  CHECK(found >= 0.9);
  CHECK(wrong <= kMost * kSearches);
}

TEST_CASE("a loss at the limit is called within the limit in at most 5 % of searches") {
  // 12 policies at three levels of memory, all of them exactly at the limit.
  constexpr double kLimit = 0.01;
  const std::vector<double> means(36, kLimit);
  Ladder ladder(3, std::vector<std::optional<size_t>>(12));
  for (size_t entry = 0; entry < means.size(); ++entry) {
    ladder[entry / 12][entry % 12] = entry;
  }
  const Schedule schedule = share_out(kChunks, true);
  const double share = share_of_searches([&](uint64_t seed) {
    const World world(means, seed);
    const auto entries = descend(ladder, kLimit, schedule.screening, world.measure()).finalists;
    return conclude_within(world.finalists(entries, schedule.confirming),
                           world.full(schedule.confirming), kLimit)
               .kind != Conclusion::Kind::kNone;
  });
  INFO("within in " << share);
  CHECK(share <= kMost);
}

TEST_CASE("a search for the least memory ends with different policies, one of which is confirmed") {
  // 12 policies at four levels of memory. With the least that is within the limit they are so close
  // to it that 17 chunks show it in 3 % of cases.
  constexpr size_t kPolicies = 12;
  constexpr double kLimit = 0.1;
  std::vector<double> means;
  Ladder ladder;
  for (const double mean : {0.02, 0.06, 0.098, 0.15}) {
    ladder.emplace_back();
    for (size_t policy = 0; policy < kPolicies; ++policy) {
      ladder.back().emplace_back(means.size());
      means.push_back(mean);
    }
  }
  const Schedule schedule = share_out(kChunks, true);
  bool are_different = true;
  const double answered = share_of_searches([&](uint64_t seed) {
    const World world(means, seed);
    const auto entries = descend(ladder, kLimit, schedule.screening, world.measure()).finalists;
    std::set<size_t> policies;
    for (const size_t entry : entries) {
      policies.insert(entry % kPolicies);
    }
    are_different = are_different && entries.size() == kFinalists && policies.size() == kFinalists;
    return conclude_within(world.finalists(entries, schedule.confirming),
                           world.full(schedule.confirming), kLimit)
               .kind != Conclusion::Kind::kNone;
  });
  CHECK(are_different);
  INFO("answered in " << answered);
  CHECK(answered >= 0.95);
}

}  // namespace multistate::test::simulation_test
