#include "multistate/text/plain_text.h"

#include "support/catch.h"
#include "support/temporary_folder.h"

namespace multistate::test::plain_text_test {

TEST_CASE("a byte order mark at the start and CR LF are no part of a text, and are counted") {
  const PlainText plain = plain_text("\xEF\xBB\xBFone\r\ntwo\r\n\r\nthree");
  CHECK(plain.text == "one\ntwo\n\nthree");
  CHECK(plain.changes.removed_bom);
  CHECK(plain.changes.crlf_line_ends == 3);
  CHECK(note_of("a.txt", plain.changes) ==
        "a.txt: read without its byte order mark; 3 line ends CR LF read as LF");
}

TEST_CASE("everything else of a text stays as it is") {
  for (const std::string text : {"", "one\ntwo\n", "a lone \r stays", "\r", "\n\r",
                                 "inside \xEF\xBB\xBF it stays", "\xEF\xBB", "  blanks \t"}) {
    const PlainText plain = plain_text(text);
    CHECK(plain.text == text);
    CHECK_FALSE(plain.changes.any());
    CHECK(note_of("a.txt", plain.changes).empty());
  }
  CHECK(plain_text("\r\r\n").text == "\r\n");  // Not looked at again.
  CHECK(plain_text("\xEF\xBB\xBF\xEF\xBB\xBF").text == "\xEF\xBB\xBF");
}

}  // namespace multistate::test::plain_text_test
