#include "multistate/recommend/search.h"

#include <limits>
#include <map>
#include <utility>

#include "support/catch.h"

namespace multistate::test::search_test {
namespace {

using namespace recommend;

using Entries = std::vector<size_t>;

/// Entries with the same cost on every chunk, whose full cache has a loss of 3; keeps what was
/// asked for. An entry without a cost fails.
struct Table {
  std::map<size_t, double> costs;
  std::vector<std::pair<int64_t, int64_t>> chunks = {};

  Measure measure() {
    return [this](const std::string&, std::span<const size_t> entries, ChunkRange range) {
      chunks.emplace_back(range.first, range.count);
      Losses losses = {ChunkLosses(static_cast<size_t>(range.count), 3.0), {}};
      for (const size_t entry : entries) {
        const auto cost = costs.find(entry);
        losses.entries.push_back(
            cost == costs.end()
                ? std::nullopt
                : std::optional(ChunkLosses(static_cast<size_t>(range.count), 3.0 + cost->second)));
      }
      return losses;
    };
  }
};

}  // namespace

TEST_CASE("halving ends with the four that cost least, without those that fail") {
  Table table;
  for (size_t entry = 0; entry < 12; ++entry) {
    table.costs[entry] = 0.1 * static_cast<double>((entry * 5) % 12);  // 0 at 0, 0.1 at 5, ...
  }
  table.costs.erase(5);
  table.costs[10] = std::numeric_limits<double>::quiet_NaN();
  const Search search = halve(12, {8, 4}, table.measure());
  // Entry 5 failed and the cost of entry 10 is NaN. The lowest costs of the others are those of
  // entry 0 (0), 3 (0.3), 8 (0.4) and 1 (0.5).
  CHECK(search.finalists == Entries{0, 3, 8, 1});
  REQUIRE(search.rounds.size() == 1);
  CHECK(search.rounds[0].entered.size() == 12);
  CHECK(search.rounds[0].kept == search.finalists);
  CHECK(table.chunks == std::vector<std::pair<int64_t, int64_t>>{{8, 4}});
}

TEST_CASE("a round of halving ranks by all chunks so far") {
  // 13 entries: 13, 5, 4, with 1 and 3 of 4 chunks. Entry 0 is best on the first chunk and worst
  // after it; its mean of (-1 + 3 * 0.2) / 4 still is the least. Entry 1 is the other way round.
  const Measure measure = [](const std::string&, std::span<const size_t> entries,
                             ChunkRange chunks) {
    Losses losses = {ChunkLosses(static_cast<size_t>(chunks.count), 0.0), {}};
    for (const size_t entry : entries) {
      double cost = 0.01 * static_cast<double>(entry);
      if (entry == 0) {
        cost = chunks.first == 0 ? -1.0 : 0.2;
      }
      losses.entries.emplace_back(ChunkLosses(static_cast<size_t>(chunks.count), cost));
    }
    return losses;
  };
  const Search search = halve(13, {0, 4}, measure);
  REQUIRE(search.rounds.size() == 2);
  CHECK(search.rounds[0].kept == Entries{0, 1, 2, 3, 4});
  CHECK(search.finalists == Entries{0, 1, 2, 3});
}

TEST_CASE("four contenders or fewer are not screened") {
  Table table;
  CHECK(halve(3, {8, 4}, table.measure()).finalists == Entries{0, 1, 2});
  CHECK(table.chunks.empty());
}

TEST_CASE("the search for the least memory follows each policy down to its limit") {
  // Three policies at three levels; entry = 10 * level + policy. Policy 2 is beyond the limit at
  // the second level, the others at the third but for policy 0.
  const Ladder ladder = {{0, 1, 2}, {10, 11, 12}, {20, 21, 22}, {30, 31, std::nullopt}};
  Table table = {{{0, 0.001},
                  {1, 0.002},
                  {2, 0.009},
                  {10, 0.004},
                  {11, 0.003},
                  {12, 0.02},
                  {20, 0.008},
                  {21, 0.03},
                  {30, 0.05}}};
  const Search search = descend(ladder, 0.01, {17, 11}, table.measure());
  REQUIRE(search.rounds.size() == 4);
  CHECK(search.rounds[1].entered == Entries{10, 11, 12});
  CHECK(search.rounds[2].entered == Entries{20, 21});
  CHECK(search.rounds[3].entered == Entries{30});
  CHECK(search.rounds[3].kept.empty());
  // Each policy at its smallest size within the limit.
  CHECK(search.finalists == Entries{20, 11, 2});
}

TEST_CASE("a size that is within the limit by its mean alone gives way to a larger one") {
  // Costs of 0.008 on average at the second level: of policy 0 from 0.007 to 0.009, of policy 1
  // from 0 to 0.016, whose standard error over six chunks is 0.0036.
  const Measure measure = [](const std::string&, std::span<const size_t> entries,
                             ChunkRange chunks) {
    Losses losses = {ChunkLosses(static_cast<size_t>(chunks.count), 3.0), {}};
    for (const size_t entry : entries) {
      const double spread = entry == 10 ? 0.001 : 0.008;
      ChunkLosses costs(static_cast<size_t>(chunks.count), 3.004);
      for (size_t i = 0; entry >= 10 && i < costs.size(); ++i) {
        costs[i] = 3.008 + (i % 2 == 0 ? spread : -spread);
      }
      losses.entries.emplace_back(std::move(costs));
    }
    return losses;
  };
  CHECK(descend({{0, 1}, {10, 11}}, 0.01, {8, 6}, measure).finalists == Entries{10, 1});
}

TEST_CASE("of five policies at their smallest size the four that cost least are finalists") {
  // Ten policies, the better half of which goes on to the second level; entry = 100 * level +
  // policy.
  Table table;
  Ladder ladder(2);
  for (size_t policy = 0; policy < 10; ++policy) {
    ladder[0].emplace_back(policy);
    ladder[1].emplace_back(100 + policy);
    table.costs[policy] = 0.001 + 0.0001 * static_cast<double>(policy);
    table.costs[100 + policy] = 0.008 - 0.001 * static_cast<double>(policy);
  }
  CHECK(descend(ladder, 0.01, {8, 4}, table.measure()).finalists == Entries{104, 103, 102, 101});
}

TEST_CASE("where nothing is within the limit, the best of the first level are the finalists") {
  Table table = {{{0, 0.3}, {1, 0.1}, {2, 0.2}, {3, 0.4}}};
  const Search search = descend({{0, 1, 2, 3}, {4, 5, 6, 7}}, 0.01, {8, 4}, table.measure());
  CHECK(search.finalists == Entries{1, 2, 0, 3});
  CHECK(search.rounds.size() == 1);
}

TEST_CASE("a policy that has one size at two levels is one finalist") {
  // Policy 0 holds all of its tokens in the memory of either level.
  Table table = {{{0, 0.001}, {1, 0.002}, {2, 0.02}}};
  const Search search = descend({{0, 1}, {0, 2}}, 0.01, {8, 4}, table.measure());
  CHECK(search.finalists == Entries{0, 1});
}

}  // namespace multistate::test::search_test
