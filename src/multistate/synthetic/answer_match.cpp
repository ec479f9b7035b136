#include "multistate/synthetic/answer_match.h"

#include <algorithm>

namespace multistate {
namespace {

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         static_cast<unsigned char>(c) >= 0x80;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Runs of letters and digits, in lower case.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  bool inside = false;
  for (const char c : text) {
    if (is_word(c)) {
      if (!inside) {
        words.emplace_back();
      }
      words.back() += lower(c);
    }
    inside = is_word(c);
  }
  return words;
}

bool contains(const std::vector<std::string>& words, const std::vector<std::string>& part) {
  return !part.empty() &&
         std::search(words.begin(), words.end(), part.begin(), part.end()) != words.end();
}

}  // namespace

AnswerMatch match_answers(std::string_view output, const std::vector<std::string>& answers) {
  AnswerMatch match;
  auto words = words_of(output);
  std::vector<std::string> expected;
  for (const std::string& answer : answers) {
    const auto part = words_of(answer);
    match.found += contains(words, part) ? 1 : 0;
    expected.insert(expected.end(), part.begin(), part.end());
  }
  std::erase(words, "and");
  std::sort(words.begin(), words.end());
  std::sort(expected.begin(), expected.end());
  match.exact = words == expected;
  return match;
}

}  // namespace multistate
