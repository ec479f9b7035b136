#include "multistate/scoring/edit_similarity.h"

#include <algorithm>
#include <vector>

#include "multistate/scoring/subsequence.h"
#include "multistate/scoring/unicode.h"

namespace multistate {
namespace {

std::vector<int32_t> numbers_of(std::string_view text) {
  const std::u32string points = code_points(text);
  return {points.begin(), points.end()};
}

}  // namespace

double edit_similarity(std::string_view a, std::string_view b) {
  const auto first = numbers_of(a);
  const auto second = numbers_of(b);
  if (first.empty() && second.empty()) {
    return 1.0;
  }
  return 2.0 * static_cast<double>(common_subsequence_length(first, second)) /
         static_cast<double>(first.size() + second.size());
}

std::string_view first_code_line(std::string_view prediction) {
  prediction.remove_prefix(std::min(prediction.find_first_not_of('\n'), prediction.size()));
  while (!prediction.empty()) {
    const size_t end = std::min(prediction.find('\n'), prediction.size());
    const std::string_view line = prediction.substr(0, end);
    if (line.find_first_of("`#") == std::string_view::npos &&
        line.find("//") == std::string_view::npos) {
      return line;
    }
    prediction.remove_prefix(std::min(end + 1, prediction.size()));
  }
  return {};
}

}  // namespace multistate
