#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace multistate {

/// Numbers for words, the same for equal ones.
class WordNumbers {
 public:
  int32_t of(const std::u32string& word);
  std::vector<int32_t> of(std::span<const std::u32string> words);

 private:
  std::map<std::u32string, int32_t> numbers_;
};

/// Length of a longest common subsequence.
size_t common_subsequence_length(std::span<const int32_t> a, std::span<const int32_t> b);

/// Where two paths to the same length part: which sequence is advanced.
enum class Tie {
  kPassA,
  kPassB,
};

/// One of the longest common subsequences, as ascending places in `a`. Followed from the ends of
/// both; published implementations differ in `tie`, and so in which one they find.
std::vector<size_t> common_subsequence(std::span<const int32_t> a, std::span<const int32_t> b,
                                       Tie tie);

}  // namespace multistate
