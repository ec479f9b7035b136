#include "multistate/base/all_finite.h"

#include <bit>
#include <cstdint>

#include "multistate/base/vectorize.h"

namespace multistate {
namespace {

/// All bits of the exponent are set in NaN and infinity, and in no other number.
constexpr uint32_t kExponent = 0x7F800000U;

}  // namespace

MULTISTATE_VECTORIZE
bool all_finite(std::span<const float> numbers) {
  uint32_t others = 0;
  for (const float number : numbers) {
    others |= static_cast<uint32_t>((std::bit_cast<uint32_t>(number) & kExponent) == kExponent);
  }
  return others == 0;
}

}  // namespace multistate
