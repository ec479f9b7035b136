#include <algorithm>

#include <fmt/format.h>

#include "aggregate/judge/judge.h"
#include "support/catch.h"
#include "support/input_error.h"

namespace multistate::test::verdicts_test {
namespace {

using namespace aggregate;

/// Two comparisons; of the first samples 0 to 2, of the second sample 0. Ids "<c><s>+" show the
/// cell's text as A, "<c><s>-" as B.
Key key_by_hand() {
  Key key;
  key.comparisons = {{{"t", "tova", 64}, {"f", "full", nullptr}, 3, 0},
                     {{"h", "h2o", 64}, {"f", "full", nullptr}, 5, 4}};
  key.pairs = {{"00+", 0, 0, true}, {"01-", 0, 1, false}, {"10-", 1, 0, false},
               {"02+", 0, 2, true}, {"00-", 0, 0, false}, {"01+", 0, 1, true},
               {"10+", 1, 0, true}, {"02-", 0, 2, false}};
  return key;
}

std::string line(const std::string& id, const std::string& verdict) {
  return fmt::format("{{\"id\": \"{}\", \"verdict\": \"{}\"}}\n", id, verdict);
}

std::string refusal(const std::string& text) {
  return input_error([&] { read_verdicts(text, key_by_hand(), "v.jsonl"); });
}

}  // namespace

TEST_CASE("a pair is won or lost only if both orders say so") {
  const Key key = key_by_hand();
  // 0/0: the cell's text both times. 0/1: B both times, so once either. 0/2: a tie, and a win.
  // 1/0: the other's text both times.
  const std::string text = line("02-", "B") + line("00+", "A") + line("00-", "B") +
                           line("01+", "B") + line("01-", "B") + line("02+", "tie") +
                           line("10+", "B") + line("10-", "A");
  const auto verdicts = read_verdicts(text, key, "v.jsonl");
  const auto tallies = tally(key, verdicts);
  REQUIRE(tallies.size() == 2);
  CHECK(tallies[0].wins == 1);
  CHECK(tallies[0].ties == 2);
  CHECK(tallies[0].losses == 0);
  CHECK(tallies[0].agreed == 1);
  CHECK(tallies[0].pairs() == 3);
  CHECK(tallies[1].wins == 0);
  CHECK(tallies[1].losses == 1);
  CHECK(tallies[1].pairs() == 1);
  // Two A and five B: what import-verdicts counts as the text shown first and second.
  CHECK(std::count(verdicts.begin(), verdicts.end(), JudgeVerdict::kA) == 2);
  CHECK(std::count(verdicts.begin(), verdicts.end(), JudgeVerdict::kB) == 5);
}

TEST_CASE("two ties are a tie that both orders agree on") {
  const Key key = {0,
                   {{{"t", "tova", 64}, {"f", "full", nullptr}, 1, 0}},
                   {{"x", 0, 0, true}, {"y", 0, 0, false}}};
  const auto tallies = tally(key, read_verdicts(line("y", "tie") + line("x", "tie"), key, "v"));
  CHECK(tallies.at(0).ties == 1);
  CHECK(tallies.at(0).agreed == 1);
}

TEST_CASE("a judge may add members of its own") {
  const Key key = {0,
                   {{{"t", "tova", 64}, {"f", "full", nullptr}, 1, 0}},
                   {{"x", 0, 0, true}, {"y", 0, 0, false}}};
  const auto verdicts = read_verdicts(
      "{\"id\": \"x\", \"verdict\": \"A\", \"why\": [1, 2]}\n{\"verdict\": \"B\", \"id\": \"y\"}",
      key, "v");
  CHECK(verdicts == std::vector{JudgeVerdict::kA, JudgeVerdict::kB});
}

TEST_CASE("what is no verdict is refused with its line") {
  CHECK(refusal(line("00+", "A") + line("nobody", "A")) ==
        "v.jsonl:2: the key knows no pair 'nobody'");
  CHECK(refusal(line("00+", "A") + line("01+", "B") + line("00+", "A")) ==
        "v.jsonl:3: '00+' has a verdict already, in line 1");
  CHECK(refusal(line("00+", "a")) == "v.jsonl:1: 'verdict' is '\"a\"'; expected 'A', 'B' or 'tie'");
  CHECK_THAT(refusal("{\"id\": \"00+\"}\n"),
             ContainsSubstring("v.jsonl:1: the key 'verdict' is missing"));
  CHECK_THAT(refusal("{\"verdict\": \"A\"}\n"),
             ContainsSubstring("v.jsonl:1: the key 'id' is missing"));
  CHECK_THAT(refusal("00+ A\n"), ContainsSubstring("v.jsonl:1"));
  CHECK_THAT(refusal(line("00+", "A") + "\n"), ContainsSubstring("v.jsonl:2"));
}

TEST_CASE("pairs without a verdict are named") {
  CHECK(refusal(line("00+", "A") + line("00-", "A") + line("01+", "A") + line("01-", "A") +
                line("02+", "A") + line("02-", "A")) ==
        "v.jsonl: 2 of 8 pairs have no verdict: '10-', '10+'");
  CHECK(refusal("") ==
        "v.jsonl: 8 of 8 pairs have no verdict: '00+', '01-', '10-', '02+', '00-', ...");
}

}  // namespace multistate::test::verdicts_test
