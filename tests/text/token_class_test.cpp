#include "multistate/text/token_class.h"

#include <string>

#include "support/catch.h"

namespace multistate::test::token_class_test {
namespace {

std::string name_of(std::string_view text) {
  return kTokenClassNames.at(static_cast<size_t>(token_class(text)));
}

}  // namespace

TEST_CASE("a token's class is the first that fits its text") {
  CHECK(name_of("\n") == "newline");
  CHECK(name_of(".\n\n") == "newline");
  CHECK(name_of("\r") == "newline");
  CHECK(name_of("7") == "digit");
  CHECK(name_of(" 1816,") == "digit");
  CHECK(name_of("A4") == "digit");
  CHECK(name_of("\u00bd") == "digit");  // one half
  CHECK(name_of(",") == "punctuation");
  CHECK(name_of(" --") == "punctuation");
  CHECK(name_of("$") == "punctuation");       // a symbol
  CHECK(name_of("\u201c") == "punctuation");  // a quotation mark
  CHECK(name_of(" Anne") == "capitalised");
  CHECK(name_of("\u00c9") == "capitalised");  // E with an acute accent
  CHECK(name_of(" 'Tis") == "other");         // begins with a mark, and is not all marks
  CHECK(name_of(" the") == "other");
  CHECK(name_of("iPhone") == "other");
  CHECK(name_of("'s") == "other");
}

TEST_CASE("blanks, nothing and parts of a character are other") {
  CHECK(name_of("") == "other");
  CHECK(name_of("   ") == "other");
  CHECK(name_of("\u00a0") == "other");  // a no-break space
  CHECK(name_of("\xe2\x80") == "other");
  CHECK(name_of("A\xff") == "other");
}

}  // namespace multistate::test::token_class_test
