#include "multistate/scoring/scorer.h"

#include <algorithm>
#include <set>

#include "multistate/scoring/answer_match.h"
#include "multistate/scoring/edit_similarity.h"
#include "multistate/scoring/labels.h"
#include "multistate/scoring/numbers.h"
#include "multistate/scoring/rouge.h"

namespace multistate {
namespace {

using Text = std::string_view;

/// A metric of two texts as the score of a Scorer.
template <double (*metric)(Text, Text)>
std::vector<double> alone(Text prediction, Text answer, const Gold& /*gold*/) {
  return {metric(prediction, answer)};
}

double code_similarity(Text prediction, Text answer) {
  return edit_similarity(first_code_line(prediction), answer);
}

bool is_order(Text answer, const Gold& /*gold*/) {
  const auto list = listed_numbers(answer);
  return list.size() >= 2 && std::set(list.begin(), list.end()).size() == list.size();
}

bool is_class(Text answer, const Gold& gold) {
  return std::find(gold.classes.begin(), gold.classes.end(), answer) != gold.classes.end();
}

}  // namespace

Scores Scorer::operator()(std::string_view prediction, const Gold& gold) const {
  std::vector<double> all(metrics.size(), 0.0);
  for (const std::string& answer : gold.answers) {
    const auto values = score(prediction, answer, gold);
    for (size_t i = 0; i < all.size(); ++i) {
      all[i] = over_answers == OverAnswers::kBest
                   ? std::max(all[i], values[i])
                   : all[i] + values[i] / static_cast<double>(gold.answers.size());
    }
  }
  Scores scores;
  for (size_t i = 0; i < all.size(); ++i) {
    scores[metrics[i]] = all[i];
  }
  return scores;
}

const Scorer& f1_scorer() {
  static const Scorer scorer = {
      .metrics = {"f1", "exact_match"},
      .score = [](Text prediction, Text answer, const Gold& /*gold*/) {
        return std::vector{token_f1(prediction, answer), exact_match(prediction, answer)};
      }};
  return scorer;
}

const Scorer& rouge_scorer() {
  static const Scorer scorer = {
      .metrics = {"rouge1", "rouge2", "rougeL", "rougeLsum"},
      .score = [](Text prediction, Text answer, const Gold& /*gold*/) {
        const Rouge scores = rouge(prediction, answer);
        return std::vector{scores.rouge1, scores.rouge2, scores.rouge_l, scores.rouge_l_sum};
      }};
  return scorer;
}

const Scorer& longbench_rouge_scorer() {
  static const Scorer scorer = {.metrics = {"longbench_rouge_l"}, .score = alone<rouge_l_of_sets>};
  return scorer;
}

const Scorer& letter_scorer() {
  static const Scorer scorer = {
      .metrics = {"accuracy"},
      .score = alone<letter_accuracy>,
      .fits = [](Text answer, const Gold& /*gold*/) { return choice_letter(answer).has_value(); },
      .expected = "an answer with one of the letters A to D"};
  return scorer;
}

const Scorer& exponential_scorer() {
  static const Scorer scorer = {
      .metrics = {"exponential_similarity"},
      .score = alone<exponential_similarity>,
      .fits = [](Text answer,
                 const Gold& /*gold*/) { return first_percentage(answer).has_value(); },
      .expected = "a number with a per cent sign"};
  return scorer;
}

const Scorer& concordance_scorer() {
  static const Scorer scorer = {.metrics = {"concordance_index"},
                                .score = alone<concordance_index>,
                                .fits = is_order,
                                .expected = "two different numbers or more, in order"};
  return scorer;
}

const Scorer& classification_scorer() {
  static const Scorer scorer = {
      .metrics = {"classification_score"},
      .score =
          [](Text prediction, Text answer, const Gold& gold) {
            return std::vector{classification_score(prediction, answer, gold.classes)};
          },
      .fits = is_class,
      .expected = "one of all_classes"};
  return scorer;
}

const Scorer& retrieval_scorer() {
  static const Scorer scorer = {
      .metrics = {"retrieval_score"},
      .score = alone<retrieval_score>,
      .fits = [](Text answer,
                 const Gold& /*gold*/) { return paragraph_number(answer).has_value(); },
      .expected = "'Paragraph' and a number"};
  return scorer;
}

const Scorer& count_scorer() {
  static const Scorer scorer = {.metrics = {"count_score"}, .score = alone<count_score>};
  return scorer;
}

const Scorer& code_scorer() {
  static const Scorer scorer = {.metrics = {"edit_similarity"}, .score = alone<code_similarity>};
  return scorer;
}

const Scorer& match_all_scorer() {
  static const Scorer scorer = {.metrics = {"string_match_all"},
                                .score = alone<contains_answer>,
                                .over_answers = Scorer::OverAnswers::kMean};
  return scorer;
}

const Scorer& match_part_scorer() {
  static const Scorer scorer = {.metrics = {"string_match_part"}, .score = alone<contains_answer>};
  return scorer;
}

}  // namespace multistate
