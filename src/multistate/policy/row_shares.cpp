#include "multistate/policy/row_shares.h"

#include <numeric>

namespace multistate {

std::vector<uint8_t> is_among_lowest(std::span<const float> numbers, int64_t count) {
  std::vector<size_t> order(numbers.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return numbers[a] < numbers[b]; });
  std::vector<uint8_t> lowest(numbers.size(), 0);
  for (int64_t i = 0; i < std::min(count, std::ssize(order)); ++i) {
    lowest[order[static_cast<size_t>(i)]] = 1;
  }
  return lowest;
}

}  // namespace multistate
