#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "multistate/results/sample_scores.h"

namespace multistate::aggregate {

/// Where two values differ in a text, an integer, a boolean or the length of a list, as a path
/// ("outputs[0].text"); none where they do not. Numbers of which one is not an integer are not
/// compared, nor are keys that only one side has (a later version may add some). `skipped`: keys at
/// the top that are left out.
std::optional<std::string> changed_answer(const nlohmann::json& a, const nlohmann::json& b,
                                          const std::set<std::string>& skipped);

struct ChangedAnswers {
  size_t samples = 0;  ///< That changed.
  int64_t first = 0;   ///< The first of them.
  std::string key;     ///< Where in it; see changed_answer().
};

/// Compares the "values" of the samples that two files samples.jsonl have in common, line by line.
/// Throws InputError for a line that is not a sample's.
ChangedAnswers changed_answers(SampleReader a, SampleReader b,
                               const std::set<std::string>& skipped);

}  // namespace multistate::aggregate
