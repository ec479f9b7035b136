#pragma once

#include <cstdint>

#include <CLI/CLI.hpp>

namespace multistate {

/// More than this of anything that is counted here is a slip of the finger, and sums of such
/// numbers still fit.
inline constexpr int64_t kLargestCount = int64_t{1} << 40;

/// An integer from `least` to `most`, in decimal digits and nothing else.
CLI::Validator whole_number(int64_t least, int64_t most = kLargestCount);

/// A number from `least` to `most`; not NaN.
CLI::Validator number_within(double least, double most);

}  // namespace multistate
