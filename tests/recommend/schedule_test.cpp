#include "multistate/recommend/schedule.h"

#include <stdexcept>
#include <utility>

#include "support/catch.h"

namespace multistate::test::schedule_test {
namespace {

using namespace recommend;

using Pairs = std::vector<std::pair<int64_t, int64_t>>;

Pairs pairs_of(const std::vector<ChunkRange>& ranges) {
  Pairs pairs;
  for (const ChunkRange& range : ranges) {
    pairs.emplace_back(range.first, range.count);
  }
  return pairs;
}

}  // namespace

TEST_CASE("two fifths of the chunks screen, behind those that confirm") {
  const Schedule schedule = share_out(28, true);
  CHECK(pairs_of({schedule.confirming, schedule.screening}) == Pairs{{0, 17}, {17, 11}});
  const Schedule least = share_out(12, true);
  CHECK(pairs_of({least.confirming, least.screening}) == Pairs{{0, 8}, {8, 4}});
  const Schedule whole = share_out(28, false);
  CHECK(pairs_of({whole.confirming, whole.screening}) == Pairs{{0, 28}, {28, 0}});
  CHECK_THROWS_AS(share_out(11, true), std::invalid_argument);
}

TEST_CASE("a round keeps a third, and the finalists at least") {
  CHECK(kept_of(25) == 9);
  CHECK(kept_of(9) == 4);
  CHECK(kept_of(4) == 4);
}

TEST_CASE("rounds of halving have chunks of their own, twice as many in each") {
  // 25, 9, 4: two rounds, which share 11 chunks as 1 to 2.
  CHECK(pairs_of(rounds_of({17, 11}, 25)) == Pairs{{17, 3}, {20, 8}});
  // 40, 14, 5, 4: three rounds, as 1 to 2 to 4.
  CHECK(pairs_of(rounds_of({0, 14}, 40)) == Pairs{{0, 2}, {2, 4}, {6, 8}});
  // Every round has a chunk, however few there are.
  CHECK(pairs_of(rounds_of({8, 4}, 40)) == Pairs{{8, 1}, {9, 1}, {10, 2}});
  CHECK(rounds_of({17, 11}, 4).empty());
}

TEST_CASE("a level of memory has more chunks the fewer contenders there are") {
  CHECK(chunks_of_level(11, 25) == 4);
  CHECK(chunks_of_level(11, 8) == 6);
  CHECK(chunks_of_level(11, 4) == 11);
  CHECK(chunks_of_level(11, 1) == 11);
}

}  // namespace multistate::test::schedule_test
