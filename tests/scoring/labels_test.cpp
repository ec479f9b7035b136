#include "multistate/scoring/labels.h"

#include <array>

#include "support/catch.h"

namespace multistate::test::labels_test {

TEST_CASE("the choice is the first letter from A to D that is a word") {
  CHECK(choice_letter("(B) Because") == 'B');
  CHECK(choice_letter("E, or D") == 'D');
  CHECK(choice_letter("A") == 'A');
  CHECK_FALSE(
      choice_letter("Because A_1 \xC3\x89"
                    "A b"));
  CHECK_FALSE(choice_letter(""));
  CHECK(letter_accuracy("The answer is C.", "(C) Rain") == 1.0);
  CHECK(letter_accuracy("A or C", "C") == 0.0);
  CHECK(letter_accuracy("none", "C") == 0.0);
  CHECK(letter_accuracy("A", "none") == 0.0);
}

TEST_CASE("a class counts in full when it alone is named, in part among several") {
  const std::array<std::string, 3> classes = {"City", "Animal", "Food"};
  CHECK(classification_score("It is a City.", "City", classes) == 1.0);
  CHECK(classification_score("City or Animal", "City", classes) == 0.5);
  CHECK(classification_score("Food", "City", classes) == 0.0);
  CHECK(classification_score("city", "City", classes) == 0.0);
  CHECK(classification_score("", "City", classes) == 0.0);
}

TEST_CASE("a class that is part of the answer's name does not count against it") {
  const std::array<std::string, 2> classes = {"City", "City, capital"};
  CHECK(classification_score("City, capital", "City, capital", classes) == 1.0);
  // The other way around both stand: the longer name is no part of the answer's.
  CHECK(classification_score("City, capital", "City", classes) == 0.5);
  // Of two parts in a row the second is not looked at, as published: ab and abc remain.
  const std::array<std::string, 3> nested = {"a", "ab", "abc"};
  CHECK(classification_score("abc", "abc", nested) == 0.5);
}

}  // namespace multistate::test::labels_test
