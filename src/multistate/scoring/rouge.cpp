#include "multistate/scoring/rouge.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "multistate/scoring/subsequence.h"
#include "multistate/scoring/unicode.h"

namespace multistate {
namespace {

using Words = std::vector<int32_t>;

bool is_plain(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'0' && c <= U'9');
}

Words words_of(std::u32string_view text, WordNumbers& numbers) {
  std::u32string spaced = lower_case(text);
  std::replace_if(
      spaced.begin(), spaced.end(), [](char32_t c) { return !is_plain(c); }, U' ');
  return numbers.of(split_at_space(spaced));
}

double f_measure(size_t common, size_t predicted, size_t expected) {
  if (common == 0) {
    return 0.0;
  }
  const double precision = static_cast<double>(common) / static_cast<double>(predicted);
  const double recall = static_cast<double>(common) / static_cast<double>(expected);
  return 2.0 * precision * recall / (precision + recall);
}

/// The n-grams of a text in ascending order.
std::vector<Words> n_grams(const Words& words, size_t n) {
  std::vector<Words> grams;
  for (size_t i = 0; i + n <= words.size(); ++i) {
    grams.emplace_back(words.begin() + static_cast<std::ptrdiff_t>(i),
                       words.begin() + static_cast<std::ptrdiff_t>(i + n));
  }
  std::sort(grams.begin(), grams.end());
  return grams;
}

double rouge_n(const Words& prediction, const Words& reference, size_t n) {
  const auto predicted = n_grams(prediction, n);
  const auto expected = n_grams(reference, n);
  std::vector<Words> common;
  std::set_intersection(predicted.begin(), predicted.end(), expected.begin(), expected.end(),
                        std::back_inserter(common));
  return f_measure(common.size(), predicted.size(), expected.size());
}

std::vector<Words> lines_of(std::u32string_view text, WordNumbers& numbers) {
  std::vector<Words> lines;
  for (const std::u32string& line : split_at(text, U'\n')) {
    lines.push_back(words_of(line, numbers));
  }
  return lines;
}

/// How often each word is in the lines.
std::map<int32_t, int64_t> counts_of(const std::vector<Words>& lines) {
  std::map<int32_t, int64_t> counts;
  for (const Words& line : lines) {
    for (const int32_t word : line) {
      ++counts[word];
    }
  }
  return counts;
}

size_t size_of(const std::vector<Words>& lines) {
  size_t words = 0;
  for (const Words& line : lines) {
    words += line.size();
  }
  return words;
}

double rouge_l_by_line(const std::vector<Words>& prediction, const std::vector<Words>& reference) {
  auto predicted = counts_of(prediction);
  auto expected = counts_of(reference);
  size_t common = 0;
  for (const Words& line : reference) {
    std::set<size_t> places;
    for (const Words& other : prediction) {
      const auto found = common_subsequence(line, other, Tie::kPassA);
      places.insert(found.begin(), found.end());
    }
    for (const size_t place : places) {
      if (predicted[line[place]] > 0 && expected[line[place]] > 0) {
        --predicted[line[place]];
        --expected[line[place]];
        ++common;
      }
    }
  }
  return f_measure(common, size_of(prediction), size_of(reference));
}

/// The sentences of the package `rouge`.
std::vector<Words> sentences_of(std::string_view text, WordNumbers& numbers) {
  std::vector<Words> sentences;
  for (const std::u32string& sentence : split_at(code_points(text), U'.')) {
    if (sentence.empty()) {
      continue;
    }
    const auto words = split_at_space(sentence);
    sentences.push_back(words.empty() ? Words{numbers.of(U"")} : numbers.of(words));
  }
  return sentences;
}

std::set<int32_t> set_of(const std::vector<Words>& sentences) {
  std::set<int32_t> words;
  for (const Words& sentence : sentences) {
    words.insert(sentence.begin(), sentence.end());
  }
  return words;
}

}  // namespace

Rouge rouge(std::string_view prediction, std::string_view reference) {
  WordNumbers numbers;
  const auto predicted_text = code_points(prediction);
  const auto expected_text = code_points(reference);
  const Words predicted = words_of(predicted_text, numbers);
  const Words expected = words_of(expected_text, numbers);
  const size_t common = common_subsequence_length(predicted, expected);
  return {.rouge1 = rouge_n(predicted, expected, 1),
          .rouge2 = rouge_n(predicted, expected, 2),
          .rouge_l = f_measure(common, predicted.size(), expected.size()),
          .rouge_l_sum =
              rouge_l_by_line(lines_of(predicted_text, numbers), lines_of(expected_text, numbers))};
}

double rouge_l_of_sets(std::string_view prediction, std::string_view reference) {
  constexpr double kEpsilon = 1e-8;
  WordNumbers numbers;
  const auto predicted = sentences_of(prediction, numbers);
  const auto expected = sentences_of(reference, numbers);
  if (predicted.empty() || expected.empty()) {
    return 0.0;
  }
  std::set<int32_t> common;
  for (const Words& sentence : expected) {
    for (const Words& other : predicted) {
      for (const size_t place : common_subsequence(sentence, other, Tie::kPassB)) {
        common.insert(sentence[place]);
      }
    }
  }
  const auto size = static_cast<double>(common.size());
  const double precision = size / static_cast<double>(set_of(predicted).size());
  const double recall = size / static_cast<double>(set_of(expected).size());
  return 2.0 * (precision * recall / (precision + recall + kEpsilon));
}

}  // namespace multistate
