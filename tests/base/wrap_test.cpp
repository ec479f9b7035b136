#include "multistate/base/wrap.h"

#include "support/catch.h"

namespace multistate::test::wrap_test {

TEST_CASE("text stands beside its label, in lines of a width") {
  CHECK(wrap("sinks", "first tokens that are never evicted", 7, 20) ==
        "sinks  first tokens\n"
        "       that are\n"
        "       never evicted\n");
  CHECK(wrap("", "one two", 0, 3) == "one\ntwo\n");
  CHECK(wrap("", "one two", 2, 9) == "  one two\n");
  CHECK(wrap("protect_positions", "places", 4, 80) == "protect_positions places\n");
}

TEST_CASE("a word longer than a line stays whole, and nothing is lost") {
  CHECK(wrap("a", "b arXiv:2401.06104 c", 2, 6) == "a b\n  arXiv:2401.06104\n  c\n");
  CHECK(wrap("label", "", 8, 20) == "label\n");
  CHECK(wrap("x", "  blanks   between ", 2, 20) == "x blanks between\n");
  // Two columns of three bytes each.
  CHECK(wrap("", "\u2581\u2581 ab", 0, 5) == "\u2581\u2581 ab\n");
}

}  // namespace multistate::test::wrap_test
