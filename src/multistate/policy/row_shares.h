#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

namespace multistate {

/// For MeasuredBudgets::share_out(): `few` rows, but no more than k, for the sets that
/// gets_few(set) says, and to all others as many as that leaves of k rows a set; k for all where
/// there are no others, or none that get few.
template <class GetsFew>
void share_with_few(int64_t k, int64_t few, const GetsFew& gets_few, std::span<int64_t> rows) {
  const auto sets = std::ssize(rows);
  int64_t count = 0;
  for (size_t set = 0; set < rows.size(); ++set) {
    count += gets_few(set) ? 1 : 0;
  }
  few = count < sets ? std::min(few, k) : k;
  const int64_t many = count < sets ? (k * sets - few * count) / (sets - count) : k;
  for (size_t set = 0; set < rows.size(); ++set) {
    rows[set] = gets_few(set) ? few : many;
  }
}

/// Which of the numbers are the `count` lowest, 1 for these and 0 for the others; of equal ones
/// those that come first.
std::vector<uint8_t> is_among_lowest(std::span<const float> numbers, int64_t count);

}  // namespace multistate
