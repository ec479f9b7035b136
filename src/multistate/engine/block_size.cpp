#include "multistate/engine/block_size.h"

#include <algorithm>
#include <bit>

namespace multistate {

int64_t block_size(const PolicySetup& setup) {
  constexpr uint64_t kFewest = 16;
  constexpr uint64_t kMost = 64;
  const auto share = static_cast<uint64_t>(setup.capacity()) / 4;
  return static_cast<int64_t>(std::clamp(std::bit_floor(share), kFewest, kMost));
}

}  // namespace multistate
