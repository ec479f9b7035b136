#pragma once

#include <string>

namespace multistate {

/// The first line of an answer after line breaks at its start: the part that LongBench scores in
/// tasks in which the model tends to continue with another example.
inline std::string first_line(const std::string& answer) {
  const size_t begin = answer.find_first_not_of('\n');
  return begin == std::string::npos ? "" : answer.substr(begin, answer.find('\n', begin) - begin);
}

}  // namespace multistate
