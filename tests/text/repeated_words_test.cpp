#include "multistate/text/repeated_words.h"

#include <utility>

#include "multistate/base/random.h"
#include "multistate/text/words.h"

#include "support/catch.h"

namespace multistate::test::repeated_words_test {
namespace {

std::vector<std::string> words_in(const std::string& text) {
  std::vector<std::string> words;
  for (const Word& word : words_of(text)) {
    words.push_back(text.substr(word.begin, word.end - word.begin));
  }
  return words;
}

/// Token and distance, -1 for none.
using Pairs = std::vector<std::pair<int64_t, int64_t>>;

Pairs continuations(const std::vector<std::string>& pieces) {
  Pairs pairs;
  for (const auto& [token, distance] : find_continuations(pieces)) {
    pairs.emplace_back(token, distance.value_or(-1));
  }
  return pairs;
}

/// The same by looking, for every token, at every earlier word.
Pairs naive_continuations(const std::vector<std::string>& pieces) {
  std::string text;
  std::vector<size_t> begins;
  for (const std::string& piece : pieces) {
    begins.push_back(text.size());
    text += piece;
  }
  const auto token_at = [&](size_t byte) {
    int64_t token = -1;
    for (size_t i = 0; i < pieces.size(); ++i) {
      if (begins[i] <= byte && byte < begins[i] + pieces[i].size()) {
        token = static_cast<int64_t>(i);
      }
    }
    return token;
  };
  const auto words = words_of(text);
  Pairs pairs;
  for (size_t i = 0; i < pieces.size(); ++i) {
    for (size_t w = 0; w < words.size(); ++w) {
      if (pieces[i].empty() || begins[i] <= words[w].begin || begins[i] >= words[w].end) {
        continue;
      }
      const auto spelled = [&](const Word& word) {
        return text.substr(word.begin, word.end - word.begin);
      };
      int64_t distance = -1;
      for (size_t before = 0; before < w; ++before) {
        if (spelled(words[before]) == spelled(words[w])) {
          distance =
              static_cast<int64_t>(i) - token_at(words[before].begin + begins[i] - words[w].begin);
        }
      }
      pairs.emplace_back(static_cast<int64_t>(i), distance);
    }
  }
  return pairs;
}

}  // namespace

TEST_CASE("words are runs of letters, marks and numbers, in any script") {
  CHECK(words_in("Anne, who said: \"don't\" 1806.") ==
        std::vector<std::string>{"Anne", "who", "said", "don", "t", "1806"});
  // A combining acute accent is part of the word, a dash and curly quotation marks are not.
  CHECK(words_in("\xE2\x80\x9C"
                 "cafe\xCC\x81\xE2\x80\x94\xC3\xA9t\xC3\xA9\xE2\x80\x9D") ==
        std::vector<std::string>{"cafe\xCC\x81", "\xC3\xA9t\xC3\xA9"});
  CHECK(words_in("ab\xFF"
                 "cd") == std::vector<std::string>{"ab", "cd"});
  CHECK(words_in(" .,").empty());
  CHECK(words_in("").empty());
}

TEST_CASE("a token that continues a word is as far from it as from the same byte the last time") {
  //  0      1      2     3     4      5     6      7
  CHECK(continuations({"Wen", "tworth", " met", " An", "ne", ". ", "Wen", "tworth"}) ==
        Pairs{{1, -1}, {4, -1}, {7, 6}});
  // Cut in another way the second time: "tw" stood in token 1, "orth" as well.
  CHECK(continuations({"Wen", "tworth", " ", "Went", "wo", "rth"}) ==
        Pairs{{1, -1}, {4, 3}, {5, 4}});
  // The last occurrence counts, not the first.
  CHECK(continuations({" An", "ne", " An", "ne", " An", "ne"}) == Pairs{{1, -1}, {3, 2}, {5, 2}});
}

TEST_CASE("words are told apart by their bytes, and first tokens continue nothing") {
  CHECK(continuations({"An", "ne", " an", "ne", " Ann", " Anne"}) == Pairs{{1, -1}, {3, -1}});
  CHECK(continuations({"a", "-", "a"}).empty());
  CHECK(continuations({"", "a", "", "b"}) == Pairs{{3, -1}});
}

TEST_CASE("continuations equal those found by looking at every earlier word") {
  Random random({7});
  for (int round = 0; round < 200; ++round) {
    std::vector<std::string> pieces;
    for (int i = 0; i < 40; ++i) {
      std::string piece;
      for (uint64_t n = random.bits() % 4; n > 0; --n) {
        piece += "ab \xC3\xA9"[random.bits() % 5];
      }
      pieces.push_back(piece);
    }
    REQUIRE(continuations(pieces) == naive_continuations(pieces));
  }
}

}  // namespace multistate::test::repeated_words_test
