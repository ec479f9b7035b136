#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace multistate {

/// Calls move(to, from, count) for every run of rows that moves down when the rows `gone`,
/// ascending and without repetition, are removed from `rows` rows; lower rows first.
template <class Move>
void each_moved_run(std::span<const int64_t> gone, int64_t rows, const Move& move) {
  for (size_t i = 0; i < gone.size(); ++i) {
    const int64_t from = gone[i] + 1;
    const int64_t end = i + 1 < gone.size() ? gone[i + 1] : rows;
    if (end > from) {
      move(from - static_cast<int64_t>(i) - 1, from, end - from);
    }
  }
}

}  // namespace multistate
