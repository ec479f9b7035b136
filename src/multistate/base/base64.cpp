#include "multistate/base/base64.h"

#include <cstdint>

namespace multistate {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

}  // namespace

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) {
    return std::nullopt;
  }
  const size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  std::string bytes;
  uint32_t bits = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool is_padding = i + padding >= text.size();
    const size_t digit = is_padding ? 0 : kDigits.find(text[i]);
    if (digit == std::string_view::npos) {
      return std::nullopt;
    }
    bits = bits << 6 | static_cast<uint32_t>(digit);
    if (i % 4 == 3) {
      bytes += {static_cast<char>(bits >> 16 & 0xFF), static_cast<char>(bits >> 8 & 0xFF),
                static_cast<char>(bits & 0xFF)};
    }
  }
  // What the padding stands for has to be zero: no two texts mean the same bytes.
  for (size_t i = 0; i < padding; ++i) {
    if (bytes.back() != '\0') {
      return std::nullopt;
    }
    bytes.pop_back();
  }
  return bytes;
}

}  // namespace multistate
