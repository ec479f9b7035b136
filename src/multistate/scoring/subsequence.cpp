#include "multistate/scoring/subsequence.h"

#include <algorithm>
#include <utility>

namespace multistate {

int32_t WordNumbers::of(const std::u32string& word) {
  return numbers_.emplace(word, static_cast<int32_t>(numbers_.size())).first->second;
}

std::vector<int32_t> WordNumbers::of(std::span<const std::u32string> words) {
  std::vector<int32_t> numbers;
  numbers.reserve(words.size());
  for (const std::u32string& word : words) {
    numbers.push_back(of(word));
  }
  return numbers;
}

size_t common_subsequence_length(std::span<const int32_t> a, std::span<const int32_t> b) {
  std::vector<size_t> row(b.size() + 1);
  for (const int32_t x : a) {
    size_t diagonal = 0;
    for (size_t j = 1; j < row.size(); ++j) {
      const size_t longer = x == b[j - 1] ? diagonal + 1 : std::max(row[j], row[j - 1]);
      diagonal = std::exchange(row[j], longer);
    }
  }
  return row.back();
}

std::vector<size_t> common_subsequence(std::span<const int32_t> a, std::span<const int32_t> b,
                                       Tie tie) {
  const size_t width = b.size() + 1;
  std::vector<uint32_t> lengths((a.size() + 1) * width);
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j < width; ++j) {
      lengths[i * width + j] =
          a[i - 1] == b[j - 1] ? lengths[(i - 1) * width + j - 1] + 1
                               : std::max(lengths[(i - 1) * width + j], lengths[i * width + j - 1]);
    }
  }
  std::vector<size_t> places;
  size_t i = a.size();
  size_t j = b.size();
  while (i > 0 && j > 0) {
    const uint32_t without_a = lengths[(i - 1) * width + j];
    const uint32_t without_b = lengths[i * width + j - 1];
    if (a[i - 1] == b[j - 1]) {
      places.push_back(--i);
      --j;
    } else if (without_a > without_b || (without_a == without_b && tie == Tie::kPassA)) {
      --i;
    } else {
      --j;
    }
  }
  std::reverse(places.begin(), places.end());
  return places;
}

}  // namespace multistate
