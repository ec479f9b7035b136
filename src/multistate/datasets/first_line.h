#pragma once

#include <string>

namespace multistate {

/// The first line of an answer after line breaks at its start: all that LongBench scores of tasks
/// in which the model tends to go on with another example.
inline std::string first_line(const std::string& answer) {
  const size_t begin = answer.find_first_not_of('\n');
  return begin == std::string::npos ? "" : answer.substr(begin, answer.find('\n', begin) - begin);
}

}  // namespace multistate
