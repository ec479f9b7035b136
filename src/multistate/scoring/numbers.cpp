#include "multistate/scoring/numbers.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <map>
#include <stdexcept>

#include "multistate/scoring/unicode.h"

namespace multistate {
namespace {

/// The end of the run of digits that starts at `begin`.
size_t end_of_digits(std::u32string_view text, size_t begin) {
  while (begin < text.size() && digit_value(text[begin])) {
    ++begin;
  }
  return begin;
}

/// The runs of digits, as written.
std::vector<std::string> digit_runs(std::u32string_view text) {
  std::vector<std::string> runs;
  size_t i = 0;
  while (i < text.size()) {
    const size_t end = end_of_digits(text, i);
    if (end > i) {
      runs.push_back(to_utf8(text.substr(i, end - i)));
    }
    i = std::max(end, i + 1);
  }
  return runs;
}

/// "62.5", digits of any script.
double decimal_value(std::u32string_view text) {
  std::string digits;
  for (const char32_t c : text) {
    const auto value = digit_value(c);
    digits += value ? static_cast<char>('0' + *value) : '.';
  }
  return std::strtod(digits.c_str(), nullptr);  // More digits than a double holds: infinity.
}

/// Places in the list by number.
std::map<std::string, size_t> places_of(const std::vector<std::string>& list) {
  std::map<std::string, size_t> places;
  for (size_t i = 0; i < list.size(); ++i) {
    places[list[i]] = i;
  }
  return places;
}

}  // namespace

std::optional<double> first_percentage(std::string_view text) {
  const std::u32string points = code_points(text);
  for (size_t begin = 0; begin < points.size(); ++begin) {
    size_t end = end_of_digits(points, begin);
    if (end == begin) {
      continue;
    }
    if (end < points.size() && points[end] == U'.') {
      end = end_of_digits(points, end + 1);
    }
    if (end < points.size() && points[end] == U'%') {
      return decimal_value(std::u32string_view(points).substr(begin, end - begin));
    }
  }
  return std::nullopt;
}

double exponential_similarity(std::string_view prediction, std::string_view answer) {
  constexpr double kHalving = 10.0;  // Per cent.
  const auto expected = first_percentage(answer);
  if (!expected) {
    throw std::invalid_argument("an answer without a percentage");
  }
  const auto predicted = first_percentage(prediction);
  return predicted ? std::exp2(-std::abs(*predicted - *expected) / kHalving) : 0.0;
}

std::vector<std::string> listed_numbers(std::string_view text) {
  std::u32string kept;
  for (const char32_t c : code_points(text)) {
    if ((c >= U'0' && c <= U'9') || is_space(c)) {
      kept += c;
    } else if (c == U',') {
      kept += U' ';
    }
  }
  std::vector<std::string> numbers;
  for (const std::u32string& word : split_at_space(kept)) {
    const size_t first = std::min(word.find_first_not_of(U'0'), word.size() - 1);
    numbers.push_back(to_utf8(std::u32string_view(word).substr(first)));
  }
  return numbers;
}

double concordance_index(std::string_view prediction, std::string_view answer) {
  const auto expected = places_of(listed_numbers(answer));
  if (expected.size() < 2 || expected.size() != listed_numbers(answer).size()) {
    throw std::invalid_argument("an answer that is no order of two items or more");
  }
  const auto list = listed_numbers(prediction);
  const auto predicted = places_of(list);
  const bool same_items =
      list.size() == expected.size() && predicted.size() == expected.size() &&
      std::equal(expected.begin(), expected.end(), predicted.begin(),
                 [](const auto& a, const auto& b) { return a.first == b.first; });
  if (!same_items) {
    return 0.0;
  }
  int64_t concordant = 0;
  int64_t pairs = 0;
  for (auto a = expected.begin(); a != expected.end(); ++a) {
    for (auto b = std::next(a); b != expected.end(); ++b) {
      const bool first = a->second < b->second;
      concordant += (predicted.at(a->first) < predicted.at(b->first)) == first ? 1 : 0;
      ++pairs;
    }
  }
  return static_cast<double>(concordant) / static_cast<double>(pairs);
}

double count_score(std::string_view prediction, std::string_view number) {
  const auto runs = digit_runs(code_points(prediction));
  if (runs.empty()) {
    return 0.0;
  }
  const auto right = std::count(runs.begin(), runs.end(), number);
  return static_cast<double>(right) / static_cast<double>(runs.size());
}

std::optional<std::string> paragraph_number(std::string_view text) {
  constexpr std::u32string_view kWord = U"Paragraph ";
  const std::u32string points = code_points(text);
  for (size_t at = points.find(kWord); at != std::u32string::npos;
       at = points.find(kWord, at + 1)) {
    const size_t begin = at + kWord.size();
    const size_t end = end_of_digits(points, begin);
    if (end > begin) {
      return to_utf8(std::u32string_view(points).substr(begin, end - begin));
    }
  }
  return std::nullopt;
}

double retrieval_score(std::string_view prediction, std::string_view answer) {
  const auto number = paragraph_number(answer);
  if (!number) {
    throw std::invalid_argument("an answer that names no paragraph");
  }
  return count_score(prediction, *number);
}

}  // namespace multistate
