#include "multistate/scoring/answer_match.h"

#include <algorithm>
#include <iterator>

#include "multistate/scoring/unicode.h"

namespace multistate {
namespace {

bool is_ascii_punctuation(char32_t c) {
  return (c >= 0x21 && c <= 0x2F) || (c >= 0x3A && c <= 0x40) || (c >= 0x5B && c <= 0x60) ||
         (c >= 0x7B && c <= 0x7E);
}

/// Every word a, an, the becomes a space; a word ends where no letter, number or _ follows.
std::u32string without_articles(std::u32string_view text) {
  std::u32string rest;
  size_t i = 0;
  while (i < text.size()) {
    if (!is_word(text[i])) {
      rest += text[i++];
      continue;
    }
    size_t end = i;
    while (end < text.size() && is_word(text[end])) {
      ++end;
    }
    const std::u32string_view word = text.substr(i, end - i);
    if (word == U"a" || word == U"an" || word == U"the") {
      rest += U' ';
    } else {
      rest += word;
    }
    i = end;
  }
  return rest;
}

}  // namespace

std::vector<std::u32string> answer_words(std::string_view text) {
  std::u32string lower = lower_case(code_points(text));
  lower.erase(std::remove_if(lower.begin(), lower.end(), is_ascii_punctuation), lower.end());
  return split_at_space(without_articles(lower));
}

double token_f1(std::string_view prediction, std::string_view answer) {
  auto predicted = answer_words(prediction);
  auto expected = answer_words(answer);
  std::sort(predicted.begin(), predicted.end());
  std::sort(expected.begin(), expected.end());
  std::vector<std::u32string> common;
  std::set_intersection(predicted.begin(), predicted.end(), expected.begin(), expected.end(),
                        std::back_inserter(common));
  if (common.empty()) {
    return 0.0;
  }
  const auto size = static_cast<double>(common.size());
  const double precision = size / static_cast<double>(predicted.size());
  const double recall = size / static_cast<double>(expected.size());
  return 2.0 * precision * recall / (precision + recall);
}

double exact_match(std::string_view prediction, std::string_view answer) {
  return answer_words(prediction) == answer_words(answer) ? 1.0 : 0.0;
}

double contains_answer(std::string_view prediction, std::string_view answer) {
  constexpr char32_t kFirstPrinted = 0x20;
  std::u32string text = code_points(prediction);
  std::replace_if(
      text.begin(), text.end(), [](char32_t c) { return c < kFirstPrinted; }, U'\n');
  const auto first = std::find_if_not(text.begin(), text.end(), is_space);
  const auto last = std::find_if_not(text.rbegin(), text.rend(), is_space).base();
  const std::u32string trimmed = first < last ? std::u32string(first, last) : std::u32string();
  const bool found =
      lower_case(trimmed).find(lower_case(code_points(answer))) != std::u32string::npos;
  return found ? 1.0 : 0.0;
}

}  // namespace multistate
