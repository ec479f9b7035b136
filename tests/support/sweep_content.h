#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

namespace multistate::test {

/// What a finished sweep measured.
struct SweepContent {
  std::map<std::string, std::string> metrics;  ///< By cell: metrics, series and state, as bytes.
  int64_t samples = 0;                         ///< Of all cells.

  bool operator==(const SweepContent&) const = default;
};

/// Reads a finished sweep. Throws std::runtime_error, with the file, unless every sample is there
/// exactly once and in order, and no file is left that is not a result's.
SweepContent content_of(const std::filesystem::path& output);

/// Cells that have a result.
size_t finished_cells(const std::filesystem::path& output);

}  // namespace multistate::test
