#include "multistate/scoring/labels.h"

#include <algorithm>
#include <vector>

#include "multistate/scoring/unicode.h"

namespace multistate {

std::optional<char> choice_letter(std::string_view text) {
  const std::u32string points = code_points(text);
  for (size_t i = 0; i < points.size(); ++i) {
    const bool starts = i == 0 || !is_word(points[i - 1]);
    const bool ends = i + 1 == points.size() || !is_word(points[i + 1]);
    if (points[i] >= U'A' && points[i] <= U'D' && starts && ends) {
      return static_cast<char>(points[i]);
    }
  }
  return std::nullopt;
}

double letter_accuracy(std::string_view prediction, std::string_view answer) {
  const auto expected = choice_letter(answer);
  return expected && choice_letter(prediction) == expected ? 1.0 : 0.0;
}

double classification_score(std::string_view prediction, std::string_view answer,
                            std::span<const std::string> classes) {
  std::vector<std::string_view> found;
  for (const std::string& name : classes) {
    if (prediction.find(name) != std::string_view::npos) {
      found.emplace_back(name);
    }
  }
  for (size_t i = 0; i < found.size(); ++i) {
    const std::string_view name = found[i];
    if (answer.find(name) != std::string_view::npos && name != answer) {
      found.erase(std::find(found.begin(), found.end(), name));
    }
  }
  const bool has_answer = std::find(found.begin(), found.end(), answer) != found.end();
  return has_answer ? 1.0 / static_cast<double>(found.size()) : 0.0;
}

}  // namespace multistate
