#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/experiment/experiment.h"

namespace multistate {

/// Where a sample stands in the grid.
struct GridPlace {
  int64_t length = 0;
  std::optional<double> depth;  ///< None for a task whose answers stand everywhere.
};

/// A question's output beside what was expected.
struct AnsweredQuestion {
  std::string output;
  std::vector<std::string> expected;
};

/// {"length", "depth", "questions", "correct", "any_correct", "exact", "answers", "found",
/// "outputs", "expected"}: questions that got all of their answers, at least one, and nothing but
/// them; answers expected and found (AnswerMatch).
nlohmann::json retrieval_values(const GridPlace& place,
                                std::span<const AnsweredQuestion> questions);

/// Metrics of records whose values are retrieval_values(), with standard errors over samples:
///
///     accuracy       correct / questions: all answers of a question are in the output
///     answers_found  found / answers
///     any_found      any_correct / questions
///     exact_match    exact / questions
///
/// the series "accuracy_by_length" and "accuracy_by_depth" (in percent), and the map "accuracy",
/// lengths by depths.
Summary summarize_retrieval(std::span<const SampleRecord> records);

}  // namespace multistate
