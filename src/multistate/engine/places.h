#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "multistate/policy/common_options.h"

namespace multistate {

/// How far apart two neighbours in the state are rotated to whose positions differ by `gap`.
double place_gap(int64_t gap, Positions how);

/// Where RoPE rotates rows to that came at `positions` (ascending). See Positions.
std::vector<double> places_of(std::span<const int64_t> positions, Positions how);

}  // namespace multistate
