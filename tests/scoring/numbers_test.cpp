#include "multistate/scoring/numbers.h"

#include <cmath>

#include "support/catch.h"

namespace multistate::test::numbers_test {

TEST_CASE("the first percentage is a number with the sign right behind it") {
  CHECK(first_percentage("about 62.5% of 3") == 62.5);
  CHECK(first_percentage("5 of 7, so 71%") == 71.0);
  CHECK(first_percentage("7.%") == 7.0);
  CHECK(first_percentage("1.2.3%") == 2.3);
  CHECK(first_percentage("\xD9\xA3\xD9\xA0%") == 30.0);  // Arabic-Indic digits.
  // More digits than a double holds: a text of a model may go on so.
  CHECK(first_percentage(std::string(400, '9') + "%") == HUGE_VAL);
  CHECK(exponential_similarity(std::string(400, '9') + "%", "50%") == 0.0);
  CHECK_FALSE(first_percentage("62 %"));
  CHECK_FALSE(first_percentage("no % at 5"));
}

TEST_CASE("exponential similarity halves with every ten points") {
  CHECK(exponential_similarity("60%", "60%") == 1.0);
  CHECK(exponential_similarity("70%", "60%") == approx(0.5));
  CHECK(exponential_similarity("55%", "60%") == approx(std::sqrt(0.5)));
  CHECK(exponential_similarity("sixty", "60%") == 0.0);
  CHECK_THROWS_AS(exponential_similarity("60%", "sixty"), std::invalid_argument);
}

TEST_CASE("concordance is the share of pairs in the same order") {
  CHECK(concordance_index("1, 2, 3", "1, 2, 3") == 1.0);
  CHECK(concordance_index("3, 2, 1", "1, 2, 3") == 0.0);
  // Pairs 1-2, 1-3, 2-3: the prediction 2, 1, 3 has the last two.
  CHECK(concordance_index("2, 1, 3", "1, 2, 3") == approx(2.0 / 3.0));
  // The answer's order counts, not that of the numbers: 3-1, 3-2, 1-2 against 3, 2, 1.
  CHECK(concordance_index("3, 2, 1", "3, 1, 2") == approx(2.0 / 3.0));
}

TEST_CASE("a prediction that is no order of the answer's items has no concordance") {
  for (const char* prediction : {"", "1, 2", "1, 2, 2", "1, 2, 3, 4", "1, 2, 4", "one"}) {
    CAPTURE(prediction);
    CHECK(concordance_index(prediction, "1, 2, 3") == 0.0);
  }
  CHECK(concordance_index("Summary 02, then 1 3.", "2, 1, 3") == 1.0);
  CHECK_THROWS_AS(concordance_index("1", "1"), std::invalid_argument);
  CHECK_THROWS_AS(concordance_index("1, 1", "1, 1"), std::invalid_argument);
}

TEST_CASE("the share of right numbers counts every number of the prediction") {
  CHECK(count_score("5", "5") == 1.0);
  CHECK(count_score("5 or 6, no, 5.5", "5") == 0.75);
  CHECK(count_score("05", "5") == 0.0);
  CHECK(count_score("five", "5") == 0.0);
  CHECK(retrieval_score("Paragraph 12", "Paragraph 12") == 1.0);
  CHECK(retrieval_score("12 of 30", "It is Paragraph 12, not Paragraph 3") == 0.5);
  CHECK_THROWS_AS(retrieval_score("12", "12"), std::invalid_argument);
}

}  // namespace multistate::test::numbers_test
