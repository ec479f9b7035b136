#include "multistate/scoring/edit_similarity.h"

#include "support/catch.h"

namespace multistate::test::edit_similarity_test {

TEST_CASE("edit similarity is that of insertions and deletions") {
  // kitten, sitting: the common subsequence ittn; 2 * 4 / 13.
  CHECK(edit_similarity("kitten", "sitting") == approx(8.0 / 13.0));
  CHECK(edit_similarity("abc", "abc") == 1.0);
  CHECK(edit_similarity("abc", "xyz") == 0.0);
  CHECK(edit_similarity("", "") == 1.0);
  CHECK(edit_similarity("", "a") == 0.0);
  // By characters, not by bytes: one of two is common.
  CHECK(edit_similarity("\xC3\xA9"
                        "a",
                        "\xC3\xA8"
                        "a") == 0.5);
}

TEST_CASE("of code the first line that is no comment and no fence is compared") {
  CHECK(first_code_line("\n\nx = 1\ny = 2") == "x = 1");
  CHECK(first_code_line("```\n# say\n// say\n  return x;\n```") == "  return x;");
  CHECK(first_code_line("# only") == "");
  CHECK(first_code_line("# say\n\nx") == "");  // The empty line is one.
  CHECK(first_code_line("") == "");
}

}  // namespace multistate::test::edit_similarity_test
