#include "multistate/scoring/answer_match.h"

#include "support/catch.h"

namespace multistate::test::answer_match_test {
namespace {

using Words = std::vector<std::u32string>;

}  // namespace

TEST_CASE("answers are normalised as SQuAD's script does") {
  CHECK(answer_words("  The Cat,  an  old-one! ") == Words{U"cat", U"oldone"});
  // Articles are words of their own, with what no word has in it beside them.
  CHECK(answer_words("theory another a1 A") == Words{U"theory", U"another", U"a1"});
  CHECK(answer_words("the\u2013end") == Words{U"\u2013end"});
  // Punctuation goes before articles do: "the" was "t.h.e", and "_a" is "a".
  CHECK(answer_words("t.h.e _a x") == Words{U"x"});
  CHECK(answer_words("\u00C9t\u00E9\u00A0\u2014 \u201Cx\u201D") ==
        Words{U"\u00E9t\u00E9", U"\u2014", U"\u201Cx\u201D"});
  CHECK(answer_words("the a an").empty());
}

TEST_CASE("F1 is that of bags of words") {
  // 2 of 3 predicted and 2 of 4 expected words.
  CHECK(token_f1("red red blue", "red red green green") ==
        approx(2.0 * (2.0 / 3.0) * 0.5 / (2.0 / 3.0 + 0.5)));
  CHECK(token_f1("The answer is Paris.", "paris") == approx(2.0 * (1.0 / 3.0) / (4.0 / 3.0)));
  CHECK(token_f1("", "") == 0.0);
  CHECK(token_f1("the", "a") == 0.0);
  CHECK(token_f1("x", "y") == 0.0);
}

TEST_CASE("an exact match is one after normalisation, in order") {
  CHECK(exact_match("The Eiffel Tower.", "eiffel tower") == 1.0);
  CHECK(exact_match("tower eiffel", "eiffel tower") == 0.0);
  CHECK(exact_match("the", "") == 1.0);
}

TEST_CASE("an answer is contained whatever its case, over control characters") {
  CHECK(contains_answer(" It is ABC-1.", "abc-1") == 1.0);
  CHECK(contains_answer("a\x01"
                        "b",
                        "a\nb") == 1.0);
  CHECK(contains_answer("a b ", "b ") == 0.0);  // White space at the end is dropped.
  CHECK(contains_answer("", "") == 1.0);
  CHECK(contains_answer("ab", "abc") == 0.0);
}

}  // namespace multistate::test::answer_match_test
