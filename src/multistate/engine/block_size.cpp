#include "multistate/engine/block_size.h"

#include <algorithm>
#include <bit>

namespace multistate {

int64_t block_size(const PolicySetup& setup) {
  // Measured with SmolLM2-135M: 16 to 128 differ by less than 5 % for k from 64 to 512.
  constexpr uint64_t kFewest = 32;
  constexpr uint64_t kMost = 64;
  const auto share = static_cast<uint64_t>(setup.capacity()) / 8;
  return static_cast<int64_t>(std::clamp(std::bit_floor(share), kFewest, kMost));
}

}  // namespace multistate
