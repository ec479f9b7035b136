// Classes of characters, as Python's unicodedata and the package tokenizers 0.22.2 have them.

#include "multistate/text/characters.h"

#include "support/catch.h"

namespace multistate::test::characters_test {

TEST_CASE("characters are read and written whatever their length") {
  std::string text;
  for (const int32_t code : {0x61, 0xE9, 0x4E16, 0x1F600}) {
    const size_t place = text.size();
    append_utf8(code, text);
    const Character character = character_at(text, place);
    CHECK(character.code_point == code);
    CHECK(place + character.size == text.size());
  }
  CHECK(text == "a\u00e9\u4e16\U0001f600");
}

TEST_CASE("numeric characters are those of Nd, Nl and No") {
  for (const int32_t code : {0x30, 0xB2, 0xBD, 0x661, 0x2167, 0x3007, 0x1D7CE}) {
    CHECK(is_numeric(code));
  }
  for (const int32_t code : {0x61, 0x2D, 0x4E00, 0x2C9}) {
    CHECK_FALSE(is_numeric(code));
  }
}

TEST_CASE("punctuation is that of the reference, with ASCII's symbols") {
  for (const int32_t code :
       {0x21, 0x24, 0x2B, 0x3C, 0x5E, 0x60, 0x7C, 0x7E, 0xA1, 0x2014, 0x3001, 0x166D}) {
    CHECK(is_punctuation(code));
  }
  for (const int32_t code : {0x61, 0x30, 0x20, 0x20AC, 0xD7, 0x2E43, 0x61D, 0x11F43}) {
    CHECK_FALSE(is_punctuation(code));
  }
}

TEST_CASE("white space has the property White_Space") {
  for (const int32_t code :
       {0x09, 0x0D, 0x20, 0x85, 0xA0, 0x1680, 0x2003, 0x2028, 0x202F, 0x3000}) {
    CHECK(is_white_space(code));
  }
  for (const int32_t code : {0x08, 0x180E, 0x200B, 0xFEFF, 0x5F}) {
    CHECK_FALSE(is_white_space(code));
  }
}

}  // namespace multistate::test::characters_test
