#pragma once

#include <cstdint>

#include "multistate/policy/setup.h"

namespace multistate {

/// A setup that keeps the newest `rows` rows after every step and belongs to no policy: what a
/// layer with a sliding window of one token more does by itself.
PolicySetup window_setup(int64_t rows);

}  // namespace multistate
