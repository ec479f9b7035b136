// Policies that keep kinds of tokens, chunks or random samples, and what they select rows with, on
// small cases worked by hand.

#include <array>
#include <limits>

#include "multistate/policy/row_selection.h"

#include "support/catch.h"
#include "support/step_fixture.h"

namespace multistate::test::selection_rules_test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// With ids 0, 1 and 2 for text, a separator and a special token.
PolicySetup with_kinds(const char* policy, int64_t k, const std::string& options) {
  auto setup = set_up_policy(policy, k, options);
  setup.token_kinds = std::make_shared<const std::vector<TokenKind>>(
      std::vector{TokenKind::kText, TokenKind::kSeparator, TokenKind::kSpecial});
  return setup;
}

std::vector<int64_t> sorted(std::vector<int64_t> rows) {
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

TEST_CASE("mark_largest: the largest live candidates, of equal ones the newest, never NaN") {
  const auto setup = set_up_policy("tova", 7, "{sinks: 1, recent: 1}");
  HandMadeStep step = {
      .step = 7, .positions = {0, 1, 2, 3, 4, 5, 6, 7}, .live = {1, 1, 1, 0, 1, 1, 1, 1}};
  ShownStep shown(setup, step);
  const std::vector<float> values = {9, 2, 3, 8, 2, kNan, 2, 9};
  const auto marked = [&](int64_t count) {
    std::vector<float> sorted_values(8);
    std::vector<float> marks(8, kNan);
    mark_largest(shown.view(), values, count, sorted_values, marks);
    return marks;
  };
  CHECK(marked(0) == std::vector<float>(8, 0.0F));
  CHECK(marked(1) == std::vector<float>{0, 0, 1, 0, 0, 0, 0, 0});
  CHECK(marked(2) == std::vector<float>{0, 0, 1, 0, 0, 0, 1, 0});
  CHECK(marked(3) == std::vector<float>{0, 0, 1, 0, 1, 0, 1, 0});
  CHECK(marked(9) == std::vector<float>{0, 1, 1, 0, 1, 0, 1, 0});
}

TEST_CASE("for_neighbours: live rows on both sides, as far as there are any before the end") {
  const auto setup = set_up_policy("tova", 6);
  HandMadeStep step = {
      .step = 6, .positions = {0, 1, 2, 3, 4, 5, 6}, .live = {1, 0, 1, 1, 0, 1, 1}};
  ShownStep shown(setup, step);
  const auto around = [&](int64_t row, int64_t reach, int64_t end) {
    std::vector<int64_t> rows;
    for_neighbours(shown.view(), row, reach, end, [&](int64_t i) { rows.push_back(i); });
    return sorted(rows);
  };
  CHECK(around(3, 1, 7) == std::vector<int64_t>{2, 5});
  CHECK(around(3, 2, 7) == std::vector<int64_t>{0, 2, 5, 6});
  CHECK(around(3, 2, 6) == std::vector<int64_t>{0, 2, 5});
  CHECK(around(0, 1, 7) == std::vector<int64_t>{2});
  CHECK(around(0, 0, 7).empty());
}

TEST_CASE("sepllm: when the cache is full all goes but separators, the oldest of these, too") {
  const auto step = [] {
    return HandMadeStep{
        .step = 8, .positions = {0, 1, 2, 3, 4, 5, 6, 7, 8}, .memory = {0, 1, 0, 1, 0, 0, 1, 0, 0}};
  };
  auto room = step();
  CHECK(evicted(with_kinds("sepllm", 9, "{sinks: 1, recent: 2, separators: 2}"), room).empty());
  // Rows 1, 3 and 6 are separators; row 0 and the last two are protected.
  auto two = step();
  CHECK(sorted(evicted(with_kinds("sepllm", 8, "{sinks: 1, recent: 2, separators: 2}"), two)) ==
        std::vector<int64_t>{1, 2, 4, 5});
  auto many = step();
  CHECK(sorted(evicted(with_kinds("sepllm", 8, "{sinks: 1, recent: 2, separators: 5}"), many)) ==
        std::vector<int64_t>{2, 4, 5});
  // Protected rows leave room for one.
  auto tight = step();
  CHECK(sorted(evicted(with_kinds("sepllm", 4, "{sinks: 1, recent: 2, separators: 4}"), tight)) ==
        std::vector<int64_t>{1, 2, 3, 4, 5});
}

TEST_CASE("chunkkv: the chunk with the lowest mean goes, and another where one is not enough") {
  // Chunks {0, 1, 2}, {3, 4, 5}, {6, 7}: of a score of 0.11, 0.09 (a row is gone) and 0.245.
  const auto step = [] {
    return HandMadeStep{.step = 7,
                        .positions = {0, 1, 2, 3, 4, 5, 6, 7},
                        .attention = {{0.01F, 0.3F, 0.02F, 0.1F, 0.0F, 0.08F, 0.2F, 0.29F}},
                        .live = {1, 1, 1, 1, 0, 1, 1, 1}};
  };
  auto one = step();
  CHECK(evicted(set_up_policy("chunkkv", 6, "{base: tova, size: 3, recent: 0}"), one) ==
        std::vector<int64_t>{3, 5});
  auto more = step();
  CHECK(evicted(set_up_policy("chunkkv", 4, "{base: tova, size: 3, recent: 0}"), more) ==
        std::vector<int64_t>{3, 5, 0, 1, 2});
  // Rows 0 and 7 are protected and do not count: 0.16, 0.09, 0.2.
  auto guarded = step();
  CHECK(evicted(set_up_policy("chunkkv", 4, "{base: tova, size: 3, sinks: 1, recent: 1}"),
                guarded) == std::vector<int64_t>{3, 5, 1, 2});
}

TEST_CASE("nacl: rows are drawn without replacement, in proportion to exp(score)") {
  // All rows that stay are drawn: two of three, in proportion to 3, 2 and 1.
  const auto setup = set_up_policy("nacl", 2, "{proxies: 1, drawn: 1, sinks: 0, recent: 0}");
  std::array<int, 3> gone = {};
  constexpr int kDraws = 12'000;
  for (int64_t draw = 0; draw < kDraws; ++draw) {
    HandMadeStep step = {.step = 2 + draw,
                         .positions = {0, 1, 2},
                         .attention = {{std::log(3.0F), std::log(2.0F), 0.0F}}};
    ++gone[static_cast<size_t>(evicted(setup, step).at(0))];
  }
  // A row is left when the other two are drawn in either order: 3/20, 4/15 and 7/12 of the time;
  // standard deviations are below 54.
  CHECK(std::abs(gone[0] - 1'800) < 220);
  CHECK(std::abs(gone[1] - 3'200) < 220);
  CHECK(std::abs(gone[2] - 7'000) < 220);
}

TEST_CASE("nacl: rows that are kept for their attention are never drawn to go") {
  const auto setup = set_up_policy("nacl", 4, "{proxies: 1, drawn: 0.5, sinks: 0, recent: 0}");
  for (int64_t draw = 0; draw < 200; ++draw) {
    HandMadeStep step = {.step = 4 + draw,
                         .positions = {0, 1, 2, 3, 4},
                         .attention = {{0.19F, 0.3F, 0.1F, 0.2F, 0.21F}}};
    const auto row = evicted(setup, step).at(0);
    // Rows 1 and 4 are the best two of the four that stay.
    CHECK((row == 0 || row == 2 || row == 3));
  }
}

TEST_CASE("fastgen: a head keeps the least that recovers its attention, and stays with it") {
  const auto with = [](const char* recovered) {
    return with_kinds("fastgen", 5,
                      std::string("{frequent: 1, local: 2, recovered: ") + recovered + "}");
  };
  // A special token, text, a separator, and text; ids lie behind the two fields of memory.
  const auto step = [](float chosen) {
    return HandMadeStep{.step = 5,
                        .positions = {0, 1, 2, 3, 4, 5},
                        .attention = {{0.3F, 0.05F, 0.2F, 0.25F, 0.1F, 0.1F}},
                        .memory = {0, 0, 0, 0, 0, 0, 0, 0.05F, 0, 0, 0, 0, 2, 0, 1, 0, 0, 0},
                        .set_memory = {chosen}};
  };
  const auto left = [&](const char* recovered, float chosen, float choice) {
    auto one = step(chosen);
    const auto rows = sorted(evicted(with(recovered), one));
    CHECK(one.set_memory[0] == choice);
    return rows;
  };
  CHECK(left("0.29", 0, 1) == std::vector<int64_t>{1, 2, 3, 4, 5});
  CHECK(left("0.45", 0, 2) == std::vector<int64_t>{1, 3, 4, 5});
  CHECK(left("0.7", 0, 3) == std::vector<int64_t>{1, 4, 5});
  // With rows 4 and 5 it is 0.95; row 1 has received 0.05 while it was new.
  CHECK(left("0.99", 0, 4) == std::vector<int64_t>{1});
  // All rows: the least attention goes, though not of the newest two.
  CHECK(left("1", 5, 5) == std::vector<int64_t>{1});
  // The choice has been made.
  CHECK(left("0.99", 1, 1) == std::vector<int64_t>{1, 2, 3, 4, 5});
}

}  // namespace multistate::test::selection_rules_test
