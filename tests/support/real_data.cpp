#include "support/real_data.h"

#include <cstdlib>

#include "support/catch.h"

namespace multistate::test {

std::filesystem::path real_file(const std::filesystem::path& relative) {
  const char* data = std::getenv("MULTISTATE_DATA_DIR");
  const std::filesystem::path folder = data != nullptr ? data : MULTISTATE_SOURCE_DIR "/data";
  auto path = folder / relative;
  if (!std::filesystem::exists(path)) {
    FAIL(path.string() << " is missing; tools/fetch_data --all puts it there");
  }
  return path;
}

}  // namespace multistate::test
