#pragma once

#include <span>
#include <string>

#include <c10/core/ScalarType.h>

namespace multistate {

/// Names of the types that a model's weights, and with them its state, may have. In float64
/// attention weights and logits are still rounded to float32, which is what policies and metrics
/// read; what it shows is which differences are rounding.
std::span<const std::string> dtype_names();

/// The type of one of these names; throws std::out_of_range for another.
at::ScalarType dtype_of(const std::string& name);

}  // namespace multistate
