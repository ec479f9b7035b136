#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace multistate {

/// How an output compares with the answers that were expected.
struct AnswerMatch {
  int64_t found = 0;   ///< Answers that stand in it as whole words; letters of either case.
  bool exact = false;  ///< It consists of the answers, in any order; punctuation and "and" do not
                       ///< count.
};

AnswerMatch match_answers(std::string_view output, const std::vector<std::string>& answers);

}  // namespace multistate
