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
  std::string haystack;         ///< Samples that differ in depth only have the same.
};

/// A question's output beside what was expected.
struct AnsweredQuestion {
  std::string output;
  std::vector<std::string> expected;
};

/// {"length", "depth", "haystack", "questions", "correct", "any_correct", "exact", "answers",
/// "found", "outputs", "expected"}: questions that got all of their answers, at least one, and
/// nothing but them; answers expected and found (AnswerMatch).
nlohmann::json retrieval_values(const GridPlace& place,
                                std::span<const AnsweredQuestion> questions);

/// Samples of one haystack hold the same sentences, with what is asked for in another place.
Resampling retrieval_resampling();

/// Metrics of records whose values are retrieval_values(), with standard errors over haystacks:
///
///     accuracy       correct / questions: all answers of a question are in the output
///     answers_found  found / answers
///     any_found      any_correct / questions
///     exact_match    exact / questions
///
/// those of add_evidence_metrics() for a task whose answers stand in one place,
/// the series "accuracy_by_length" and "accuracy_by_depth" (in percent), and the map "accuracy",
/// lengths by depths.
Summary summarize_retrieval(std::span<const SampleRecord> records);

}  // namespace multistate
