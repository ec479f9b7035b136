// Scores of pairs of texts, for tools/oracle_metrics, which computes them with the published
// implementations. Reads a JSON list of {"prediction", "reference", "classes"} from standard input
// and writes a list of objects, scores by name; null where the reference is none that a metric can
// score against.

#include <iostream>

#include <nlohmann/json.hpp>

#include "multistate/scoring/answer_match.h"
#include "multistate/scoring/edit_similarity.h"
#include "multistate/scoring/labels.h"
#include "multistate/scoring/numbers.h"
#include "multistate/scoring/rouge.h"
#include "multistate/scoring/scorer.h"

namespace multistate {
namespace {

using Json = nlohmann::json;

/// The one score of `scorer`, or null where the reference does not fit.
Json score_of(const Scorer& scorer, const std::string& prediction, const Gold& gold) {
  if (scorer.fits != nullptr && !scorer.fits(gold.answers.front(), gold)) {
    return nullptr;
  }
  return scorer(prediction, gold).at(scorer.metrics.front());
}

Json scores_of(const Json& pair) {
  const std::string prediction = pair.at("prediction");
  const Gold gold = {{pair.at("reference").get<std::string>()},
                     pair.at("classes").get<std::vector<std::string>>()};
  const std::string& reference = gold.answers.front();
  const Rouge scores = rouge(prediction, reference);
  return {{"rouge1", scores.rouge1},
          {"rouge2", scores.rouge2},
          {"rougeL", scores.rouge_l},
          {"rougeLsum", scores.rouge_l_sum},
          {"longbench_rouge_l", rouge_l_of_sets(prediction, reference)},
          {"f1", token_f1(prediction, reference)},
          {"exact_match", exact_match(prediction, reference)},
          {"string_match", contains_answer(prediction, reference)},
          {"edit_similarity", edit_similarity(prediction, reference)},
          {"code_similarity", score_of(code_scorer(), prediction, gold)},
          {"count_score", count_score(prediction, reference)},
          {"classification_score", classification_score(prediction, reference, gold.classes)},
          {"accuracy", score_of(letter_scorer(), prediction, gold)},
          {"exponential_similarity", score_of(exponential_scorer(), prediction, gold)},
          {"concordance_index", score_of(concordance_scorer(), prediction, gold)},
          {"retrieval_score", score_of(retrieval_scorer(), prediction, gold)}};
}

}  // namespace
}  // namespace multistate

int main() {
  auto output = nlohmann::json::array();
  for (const auto& pair : nlohmann::json::parse(std::cin)) {
    output.push_back(multistate::scores_of(pair));
  }
  std::cout << output.dump() << '\n';
  return 0;
}
