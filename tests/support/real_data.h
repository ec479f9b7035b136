#pragma once

#include <filesystem>

namespace multistate::test {

/// A file below the data folder ($MULTISTATE_DATA_DIR, or data/ in the source tree). Fails the
/// test, saying how to get it, when it is not there.
std::filesystem::path real_file(const std::filesystem::path& relative);

}  // namespace multistate::test
