#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace multistate {

/// What a prediction is scored against.
struct Gold {
  std::vector<std::string> answers;  ///< All right ones, at least one.
  std::vector<std::string> classes;  ///< For classification: the names of all classes.
};

/// Scores of a prediction by name of metric, each from 0 to 1.
using Scores = std::map<std::string, double>;

/// How a task is scored: one metric or several that belong together.
struct Scorer {
  /// How the scores for several answers become one.
  enum class OverAnswers {
    kBest,  ///< Metric by metric.
    kMean,
  };

  std::vector<std::string> metrics;  ///< Their names; the one that is published first.

  /// Values in the order of `metrics`.
  std::vector<double> (*score)(std::string_view prediction, std::string_view answer,
                               const Gold& gold);

  OverAnswers over_answers = OverAnswers::kBest;

  /// Whether predictions can be scored against an answer, and, for the error message, what an
  /// answer has to be. Without the function, any text is valid.
  bool (*fits)(std::string_view answer, const Gold& gold) = nullptr;
  const char* expected = "";

  Scores operator()(std::string_view prediction, const Gold& gold) const;
};

const Scorer& f1_scorer();               ///< "f1", "exact_match"
const Scorer& rouge_scorer();            ///< "rouge1", "rouge2", "rougeL", "rougeLsum"
const Scorer& longbench_rouge_scorer();  ///< "longbench_rouge_l": rouge_l_of_sets
const Scorer& letter_scorer();           ///< "accuracy": letter_accuracy
const Scorer& exponential_scorer();      ///< "exponential_similarity"
const Scorer& concordance_scorer();      ///< "concordance_index"
const Scorer& classification_scorer();   ///< "classification_score"
const Scorer& retrieval_scorer();        ///< "retrieval_score"
const Scorer& count_scorer();            ///< "count_score"
const Scorer& code_scorer();             ///< "edit_similarity" of the first_code_line
const Scorer& match_all_scorer();        ///< "string_match_all": the share of answers contained
const Scorer& match_part_scorer();       ///< "string_match_part": whether any answer is contained

}  // namespace multistate
