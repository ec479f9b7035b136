#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace multistate::aggregate {

/// An image of 256 colours, rows from the top; colour 0 is transparent.
struct Picture {
  size_t width = 0;
  size_t height = 0;
  std::vector<uint8_t> pixels;
  std::array<std::array<uint8_t, 3>, 256> colors = {};

  /// "data:image/png;base64,...": a PNG (ISO/IEC 15948) whose data are stored, not compressed.
  std::string data_uri() const;
};

}  // namespace multistate::aggregate
