#include "multistate/engine/places.h"

#include <cmath>

namespace multistate {
namespace {

/// The paper's rule for a gap between neighbours in the state.
double log_gap(int64_t gap) {
  constexpr int64_t kShort = 10;
  const auto exact = static_cast<double>(gap);
  return gap <= kShort ? exact : std::log(std::log(exact));
}

}  // namespace

std::vector<double> places_of(std::span<const int64_t> positions, Positions how) {
  std::vector<double> places;
  places.reserve(positions.size());
  for (size_t row = 0; row < positions.size(); ++row) {
    if (how == Positions::kOriginal) {
      places.push_back(static_cast<double>(positions[row]));
    } else if (how == Positions::kInCache) {
      places.push_back(static_cast<double>(row));
    } else {
      places.push_back(row == 0 ? 0.0
                                : places.back() + log_gap(positions[row] - positions[row - 1]));
    }
  }
  return places;
}

}  // namespace multistate
