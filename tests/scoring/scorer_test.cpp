#include "multistate/scoring/scorer.h"

#include "support/catch.h"

namespace multistate::test::scorer_test {

TEST_CASE("of several answers the best one counts, for each metric by itself") {
  const Gold gold = {{"red green", "blue"}, {}};
  // Against the first: P = 1/2, R = 1/2. Against the second: P = 1/2, R = 1.
  CHECK(f1_scorer()("red blue", gold) == Scores{{"f1", 2.0 * 0.5 / 1.5}, {"exact_match", 0.0}});
  CHECK(f1_scorer()("Blue", gold) == Scores{{"f1", 1.0}, {"exact_match", 1.0}});
  // rouge2 of the first, rouge1 of the second.
  const Scores scores = rouge_scorer()("a b", {{"a b c d", "b a"}, {}});
  CHECK(scores.at("rouge1") == 1.0);
  CHECK(scores.at("rouge2") == approx(2.0 * (1.0 / 3.0) / (4.0 / 3.0)));
}

TEST_CASE("all answers that are to be contained count in part, any one in full") {
  const Gold gold = {{"12", "34", "56"}, {}};
  CHECK(match_all_scorer()("12 and 56", gold).at("string_match_all") == approx(2.0 / 3.0));
  CHECK(match_part_scorer()("12 and 56", gold).at("string_match_part") == 1.0);
  CHECK(match_part_scorer()("78", gold).at("string_match_part") == 0.0);
}

TEST_CASE("scorers say which answers they can score against") {
  const Gold gold = {{}, {"City"}};
  CHECK(letter_scorer().fits("(A) x", gold));
  CHECK_FALSE(letter_scorer().fits("x", gold));
  CHECK(exponential_scorer().fits("50%", gold));
  CHECK_FALSE(exponential_scorer().fits("50", gold));
  CHECK(concordance_scorer().fits("2, 1", gold));
  CHECK_FALSE(concordance_scorer().fits("1, 1", gold));
  CHECK_FALSE(concordance_scorer().fits("1", gold));
  CHECK(retrieval_scorer().fits("Paragraph 3", gold));
  CHECK_FALSE(retrieval_scorer().fits("3", gold));
  CHECK(classification_scorer().fits("City", gold));
  CHECK_FALSE(classification_scorer().fits("city", gold));
}

TEST_CASE("LongBench's scores of code, classes and counts are taken as published") {
  CHECK(code_scorer()("```\nx = 1", {{"x = 2"}, {}}).at("edit_similarity") == approx(0.8));
  CHECK(classification_scorer()("City", {{"City"}, {"City", "Food"}}).at("classification_score") ==
        1.0);
  CHECK(count_scorer()("3 or 4", {{"4"}, {}}).at("count_score") == 0.5);
  CHECK(retrieval_scorer()("3", {{"Paragraph 3"}, {}}).at("retrieval_score") == 1.0);
  CHECK(longbench_rouge_scorer()("a b", {{"a b"}, {}}).at("longbench_rouge_l") ==
        approx(2.0 / (2.0 + 1e-8)));
}

}  // namespace multistate::test::scorer_test
