#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "multistate/base/random.h"

namespace multistate {

/// A number below `count`.
size_t draw_below(size_t count, Random& random);

template <class T>
void shuffle(std::vector<T>& items, Random& random) {
  for (size_t left = items.size(); left > 1; --left) {
    std::swap(items[left - 1], items[draw_below(left, random)]);
  }
}

/// Sentences that say nothing of what a task asks for.
std::span<const char* const> noise_sentences();

/// Makes what has to be told apart in a sample: nothing comes twice.
class WordMaker {
 public:
  /// Keeps a reference.
  explicit WordMaker(Random& random) : random_(random) {}

  /// Two English words, "quiet lantern"; three when there are no more pairs.
  std::string name();

  /// Three syllables that mean nothing, "bolura".
  std::string word();

  /// Five digits, the first of them not 0.
  std::string number();

 private:
  Random& random_;
  std::set<std::string> taken_;
};

}  // namespace multistate
