#include "multistate/scoring/rouge.h"

#include "multistate/scoring/subsequence.h"

#include "support/catch.h"

namespace multistate::test::rouge_test {

TEST_CASE("n-grams count as often as in the text that has fewer of them") {
  // Reference: the cat sat on the mat (6 words), prediction: the the cat (3).
  const Rouge scores = rouge("The the, CAT!", "the cat sat on the mat");
  // Common words: the (2), cat (1). P = 3/3, R = 3/6.
  CHECK(scores.rouge1 == approx(2.0 * 1.0 * 0.5 / 1.5));
  // Common pairs: the cat. P = 1/2, R = 1/5.
  CHECK(scores.rouge2 == approx(2.0 * 0.5 * 0.2 / 0.7));
  // Longest common subsequence: the cat. P = 2/3, R = 2/6.
  CHECK(scores.rouge_l == approx(2.0 * (2.0 / 3.0) * (2.0 / 6.0) / 1.0));
}

TEST_CASE("words are runs of a-z and 0-9, everything else separates") {
  CHECK(rouge("Caf\xC3\xA9-42", "caf 42").rouge1 == 1.0);
  // The Kelvin sign is a k in lower case, a dotted capital I an i and a mark.
  CHECK(rouge("\xE2\x84\xAA", "k").rouge1 == 1.0);
  CHECK(rouge("\xC4\xB0x", "i x").rouge1 == 1.0);
}

TEST_CASE("texts without words have nothing in common") {
  for (const char* text : {"", " ", "...", "\xC3\xA9"}) {
    CAPTURE(text);
    const Rouge scores = rouge(text, "a b");
    CHECK(scores.rouge1 == 0.0);
    CHECK(scores.rouge2 == 0.0);
    CHECK(scores.rouge_l == 0.0);
    CHECK(scores.rouge_l_sum == 0.0);
    CHECK(rouge(text, text).rouge1 == 0.0);
  }
  CHECK(rouge("one", "one").rouge2 == 0.0);
}

TEST_CASE("rougeLsum takes the union of what each line has in common") {
  // The example of Lin 2004, section 3.2: r = w1 w2 w3 w4 w5; c1 = w1 w2 w6 w7 w8,
  // c2 = w1 w3 w8 w9 w5. The union is w1 w2 w3 w5; P = 4/10, R = 4/5.
  const Rouge scores = rouge("w1 w3 w8 w9 w5\nw1 w2 w6 w7 w8", "w1 w2 w3 w4 w5");
  CHECK(scores.rouge_l_sum == approx(2.0 * 0.4 * 0.8 / 1.2));
  // Without lines: w1 w3 w5. P = 3/10, R = 3/5.
  CHECK(scores.rouge_l == approx(2.0 * 0.3 * 0.6 / 0.9));
}

TEST_CASE("rougeLsum counts no word more often than both texts have it") {
  // Both reference lines find the one a; it counts once. P = 1/1, R = 1/2.
  CHECK(rouge("a", "a\na").rouge_l_sum == approx(2.0 * 0.5 / 1.5));
}

TEST_CASE("of two longest common subsequences the one is found that is asked for") {
  const std::vector<int32_t> a = {1, 2};
  const std::vector<int32_t> b = {2, 1};
  CHECK(common_subsequence_length(a, b) == 1);
  CHECK(common_subsequence(a, b, Tie::kPassA) == std::vector<size_t>{0});
  CHECK(common_subsequence(a, b, Tie::kPassB) == std::vector<size_t>{1});
  CHECK(common_subsequence(a, a, Tie::kPassA) == std::vector<size_t>{0, 1});
  CHECK(common_subsequence(a, {}, Tie::kPassA).empty());
}

TEST_CASE("LongBench's rouge-l is one of sets of words, sentence by sentence") {
  // Sentences: "the cat", "the dog" | "the dog ran". Common: the, dog. P = 2/3, R = 2/3.
  CHECK(rouge_l_of_sets("the cat. the dog", "the dog ran") ==
        approx(2.0 * (4.0 / 9.0) / (4.0 / 3.0 + 1e-8)));
  // Case and punctuation stay: "Cat," is not "cat".
  CHECK(rouge_l_of_sets("Cat,", "cat") == 0.0);
  // A word counts once however often it is there.
  CHECK(rouge_l_of_sets("a a a", "a") == approx(2.0 / (2.0 + 1e-8)));
  // What is left behind the last stop is white space: an empty word of both.
  CHECK(rouge_l_of_sets("a. ", "b. ") == approx(2.0 * 0.25 / (1.0 + 1e-8)));
}

TEST_CASE("LongBench's rouge-l is 0 where the package raises an error") {
  CHECK(rouge_l_of_sets("", "a") == 0.0);
  CHECK(rouge_l_of_sets("a", "") == 0.0);
  CHECK(rouge_l_of_sets("...", "a") == 0.0);
}

}  // namespace multistate::test::rouge_test
