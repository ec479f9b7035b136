#pragma once

#include <cstdint>

#include <CLI/CLI.hpp>

#include "multistate/base/largest_count.h"

namespace multistate {

/// Seconds that an option for a timeout takes at most.
inline constexpr int64_t kLongestTimeout = 86'400;

/// An integer from `least` to `most`, in decimal digits and nothing else.
CLI::Validator whole_number(int64_t least, int64_t most = kLargestCount);

/// A number from `least` to `most`; not NaN.
CLI::Validator number_within(double least, double most);

}  // namespace multistate
