#pragma once

#include <cstdint>
#include <optional>

namespace multistate {

/// Starts to count the peak of resident memory anew. Returns false where the system cannot
/// (anything but Linux, some containers).
bool reset_peak_resident();

/// The most bytes of memory that this process had at once since the last reset; none where the
/// system does not say.
std::optional<int64_t> peak_resident_bytes();

}  // namespace multistate
