#include "multistate/scoring/unicode.h"

#include "support/catch.h"

namespace multistate::test::unicode_test {

TEST_CASE("text becomes code points and back, and a broken byte the replacement character") {
  CHECK(code_points("a\xC3\xA9\xF0\x9F\x98\x80") == U"a\u00E9\U0001F600");
  CHECK(code_points("a\xFF\xC3") == U"a\uFFFD\uFFFD");
  CHECK(to_utf8(U"a\u00E9\u20AC\U0001F600") == "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80");
}

TEST_CASE("lower case is Unicode's, with the mappings that depend on their place") {
  CHECK(lower_case(U"AbC\u00C9\u0416") == U"abc\u00E9\u0436");
  CHECK(lower_case(U"\u0130") == U"i\u0307");
  CHECK(lower_case(U"\u212A") == U"k");  // Kelvin sign.
  // ODOS: the sigma at the end of a word is final, that within and one by itself are not.
  CHECK(lower_case(U"\u039F\u0394\u039F\u03A3") == U"\u03BF\u03B4\u03BF\u03C2");
  CHECK(lower_case(U"\u03A3\u0391\u03A3") == U"\u03C3\u03B1\u03C2");
  CHECK(lower_case(U"\u03A3") == U"\u03C3");
  // An apostrophe is passed over on both sides.
  CHECK(lower_case(U"A'\u03A3'A") == U"a'\u03C3'a");
  CHECK(lower_case(U"A'\u03A3' A") == U"a'\u03C2' a");
}

TEST_CASE("white space, words and digits are those of all scripts") {
  CHECK(split_at_space(U" a\u00A0b\u2003c\x1F"
                       U"d\u200Be ") == std::vector<std::u32string>{U"a", U"b", U"c", U"d\u200Be"});
  CHECK(split_at(U"a..b.", U'.') == std::vector<std::u32string>{U"a", U"", U"b", U""});
  CHECK(split_at(U"", U'.') == std::vector<std::u32string>{U""});
  CHECK(is_word(U'\u00E9'));
  CHECK(is_word(U'\u00B2'));
  CHECK(is_word(U'_'));
  CHECK_FALSE(is_word(U'\u0301'));
  CHECK_FALSE(is_word(U'\u2013'));
}

TEST_CASE("decimal digits have their values in every script") {
  CHECK(digit_value(U'7') == 7);
  CHECK(digit_value(U'\u0663') == 3);      // Arabic-Indic.
  CHECK(digit_value(U'\u096F') == 9);      // Devanagari.
  CHECK(digit_value(U'\U0001D7FF') == 9);  // Mathematical, the fifth ten in a row.
  CHECK_FALSE(digit_value(U'\u00B2'));     // A superscript is no decimal digit.
  CHECK_FALSE(digit_value(U'x'));
}

}  // namespace multistate::test::unicode_test
