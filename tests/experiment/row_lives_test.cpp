#include "multistate/experiment/row_lives.h"

#include <cmath>

#include "support/catch.h"

namespace multistate::test::row_lives_test {
namespace {

/// A trace of `tokens` rows of which some went: (position, step after which).
RowTrace trace_of(int64_t tokens, const std::vector<std::pair<int64_t, int64_t>>& evictions) {
  RowTrace trace;
  trace.reserve(tokens);
  for (int64_t token = 0; token < tokens; ++token) {
    trace.record_birth();
  }
  for (const auto& [position, step] : evictions) {
    trace.record_eviction(position, step);
  }
  return trace;
}

/// The same by sets of positions, step by step.
RecentRows naive_recent(const RowTrace& trace, int64_t k) {
  RecentRows rows;
  for (int64_t step = k; step < trace.tokens(); ++step) {
    for (const int64_t position : trace.kept_after(step)) {
      ++rows.kept;
      rows.recent += position > step - k ? 1 : 0;
    }
  }
  return rows;
}

}  // namespace

TEST_CASE("recent rows are those of the last k positions, from the step on at which there are k") {
  // k = 2, 5 tokens. After step 2 row 1 goes: {0, 2} is left; after step 3 row 3: {0, 2}; after
  // step 4 row 2: {0, 4}. Recent are positions above 0, above 1, above 2: 1, 1 and 1 of 2 rows.
  const RowTrace trace = trace_of(5, {{1, 2}, {3, 3}, {2, 4}});
  const RecentRows rows = recent_rows(trace, 2);
  CHECK(rows.kept == 6);
  CHECK(rows.recent == 3);
  CHECK(recent_rows(trace, 5).kept == 0);
}

TEST_CASE("of a window all rows are recent, of one sink all but one in k") {
  std::vector<std::pair<int64_t, int64_t>> window;
  std::vector<std::pair<int64_t, int64_t>> sink;
  for (int64_t step = 8; step < 50; ++step) {
    window.emplace_back(step - 8, step);
    sink.emplace_back(step - 7, step);
  }
  CHECK(recent_rows(trace_of(50, window), 8).recent == 42 * 8);
  CHECK(recent_rows(trace_of(50, sink), 8).recent == 42 * 7);
  CHECK(recent_rows(trace_of(50, sink), 8).kept == 42 * 8);
}

TEST_CASE("recent rows are counted as step by step") {
  uint64_t random = 1;
  for (int64_t k = 1; k < 12; ++k) {
    CAPTURE(k);
    RowTrace trace;
    std::vector<int64_t> rows;
    for (int64_t step = 0; step < 40; ++step) {
      trace.record_birth();
      rows.push_back(step);
      if (static_cast<int64_t>(rows.size()) > k) {
        random = random * 6364136223846793005ULL + 1442695040888963407ULL;
        const auto victim = static_cast<std::ptrdiff_t>((random >> 33U) % rows.size());
        trace.record_eviction(rows[static_cast<size_t>(victim)], step);
        rows.erase(rows.begin() + victim);
      }
    }
    const RecentRows expected = naive_recent(trace, k);
    CHECK(recent_rows(trace, k).kept == expected.kept);
    CHECK(recent_rows(trace, k).recent == expected.recent);
  }
}

TEST_CASE("a picture with a cell a pair shows which rows each query saw") {
  // Row 0 goes after step 1, row 2 after step 2; the query of the last step it is there sees it.
  RowPicture picture(4, 4);
  picture.add(trace_of(4, {{0, 1}, {2, 2}}));
  const auto shares = picture.shares();
  CHECK(picture.stride() == 1);
  CHECK(shares[0][0] == 1.0);
  CHECK(std::isnan(shares[0][1]));
  CHECK(shares[1][0] == 1.0);
  CHECK(shares[2][0] == 0.0);
  CHECK(shares[2][1] == 1.0);
  CHECK(shares[2][2] == 1.0);
  CHECK(shares[3][2] == 0.0);
  CHECK(shares[3][3] == 1.0);
}

TEST_CASE("a coarse picture has the share of pairs, over the sets of a layer") {
  // 5 tokens in cells of 3 and 2. Pairs of steps 3 and 4 with positions 0 to 2: one set sees all
  // six, the other (3, 0), (3, 2) and (4, 2).
  RowPicture picture(5, 2);
  picture.add(trace_of(5, {}));
  picture.add(trace_of(5, {{0, 3}, {1, 1}}));
  CHECK(picture.stride() == 3);
  CHECK(picture.cells() == 2);
  const auto shares = picture.shares();
  CHECK(shares[1][0] == approx(9.0 / 12.0));
  // Steps 0 to 2: pairs (0,0) (1,0) (1,1) (2,0) (2,1) (2,2); the second set does not see (2,1).
  CHECK(shares[0][0] == approx(11.0 / 12.0));
  CHECK(std::isnan(shares[0][1]));
  CHECK(shares[1][1] == 1.0);
}

}  // namespace multistate::test::row_lives_test
