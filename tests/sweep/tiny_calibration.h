#pragma once

#include <cstdint>
#include <filesystem>

namespace multistate::test {

/// Calibrates a tiny model on the first chunks, of 64 tokens, of a text, and writes the file.
void write_calibration(const std::filesystem::path& model, const std::filesystem::path& text,
                       int64_t chunks, const std::filesystem::path& file);

}  // namespace multistate::test
