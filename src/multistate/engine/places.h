#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "multistate/model/layers.h"
#include "multistate/policy/common_options.h"

namespace multistate {

/// Where RoPE rotates rows to that came at `positions` (ascending). See Positions.
std::vector<double> places_of(std::span<const int64_t> positions, Positions how);

/// The rotations to these places; `frequencies` [D/2] as in StepView::rotary_frequencies().
RotaryTable rotary_table(std::span<const double> places, std::span<const double> frequencies,
                         const at::TensorOptions& options);

}  // namespace multistate
