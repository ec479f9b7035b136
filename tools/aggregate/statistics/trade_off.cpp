#include "aggregate/statistics/trade_off.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>
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

std::optional<double> smallest_state(std::span<const double> sizes, std::span<const double> gaps,
                                     double tolerance) {
  if (sizes.size() != gaps.size()) {
    throw std::invalid_argument("every state size has a gap");
  }
  size_t first = sizes.size();
  while (first > 0 && gaps[first - 1] <= tolerance) {
    --first;
  }
  if (first == sizes.size()) {
    return std::nullopt;
  }
  const double within = sizes[first];
  if (first == 0 || !std::isfinite(gaps[first - 1])) {
    return within;
  }
  const double share = (tolerance - gaps[first]) / (gaps[first - 1] - gaps[first]);
  return within * std::exp2(-share * (std::log2(within) - std::log2(sizes[first - 1])));
}

}  // namespace multistate::aggregate
