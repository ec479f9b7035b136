#pragma once

#include <cstdint>
#include <vector>

namespace multistate {

/// Token ids to measure with, the same for the same `stream`: what a text says does not change how
/// long it takes.
std::vector<int64_t> random_ids(int64_t tokens, int64_t vocabulary, int64_t stream);

}  // namespace multistate
