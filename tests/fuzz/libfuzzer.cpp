#include <cstddef>
#include <cstdint>
#include <string_view>

#include "multistate/base/error.h"

#include "fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  try {
    multistate::fuzz::read({reinterpret_cast<const char*>(data), size});
  } catch (const multistate::InputError&) {
    // Refused, as it should be.
  }
  return 0;
}
