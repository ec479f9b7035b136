#include "aggregate/statistics/front.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <tuple>

namespace multistate::aggregate {

std::vector<size_t> pareto_front(std::span<const Costs> candidates) {
  std::vector<size_t> order;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (!std::isnan(candidates[i].first) && !std::isnan(candidates[i].second)) {
      order.push_back(i);
    }
  }
  const auto key = [&](size_t i) {
    return std::make_tuple(candidates[i].first, candidates[i].second, i);
  };
  std::sort(order.begin(), order.end(), [&](size_t a, size_t b) { return key(a) < key(b); });
  // In this order one is on the front if its second cost is a new low, or it equals the last that
  // was.
  std::vector<size_t> front;
  for (const size_t i : order) {
    const bool equal = !front.empty() && candidates[i].first == candidates[front.back()].first &&
                       candidates[i].second == candidates[front.back()].second;
    if (front.empty() || equal || candidates[i].second < candidates[front.back()].second) {
      front.push_back(i);
    }
  }
  return front;
}

}  // namespace multistate::aggregate
