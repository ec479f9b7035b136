#include "aggregate/statistics/smallest_state.h"

#include <cmath>
#include <stdexcept>

namespace multistate::aggregate {

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
