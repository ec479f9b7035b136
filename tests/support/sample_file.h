#pragma once

#include <filesystem>

namespace multistate::test {

/// A file below tests/datasets/samples.
inline std::filesystem::path sample_file(const std::filesystem::path& relative) {
  return std::filesystem::path(MULTISTATE_SOURCE_DIR) / "tests" / "datasets" / "samples" / relative;
}

}  // namespace multistate::test
