#include "multistate/engine/places.h"

#include <cmath>

namespace multistate {

double place_gap(int64_t gap, Positions how) {
  constexpr int64_t kShort = 10;
  const auto exact = static_cast<double>(gap);
  switch (how) {
    case Positions::kInCache:
      return 1.0;
    case Positions::kLogGap:
      return gap <= kShort ? exact : std::log(std::log(exact));
    case Positions::kOriginal:
      break;
  }
  return exact;
}

std::vector<double> places_of(std::span<const int64_t> positions, Positions how) {
  std::vector<double> places;
  places.reserve(positions.size());
  for (size_t row = 0; row < positions.size(); ++row) {
    if (row == 0) {
      places.push_back(how == Positions::kOriginal ? static_cast<double>(positions[0]) : 0.0);
    } else {
      places.push_back(places.back() + place_gap(positions[row] - positions[row - 1], how));
    }
  }
  return places;
}

}  // namespace multistate
