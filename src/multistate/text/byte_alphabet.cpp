#include "multistate/text/byte_alphabet.h"

#include <array>
#include <unordered_map>

namespace multistate {
namespace {

bool stands_for_itself(int byte) {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

/// UTF-8 of a code point below U+0800: all of the alphabet.
std::string encode_short(int code_point) {
  if (code_point < 0x80) {
    return {static_cast<char>(code_point)};
  }
  return {static_cast<char>(0xC0 | (code_point >> 6)),
          static_cast<char>(0x80 | (code_point & 0x3F))};
}

std::array<std::string, 256> make_characters() {
  std::array<std::string, 256> characters;
  int next = 0x100;
  for (int byte = 0; byte < 256; ++byte) {
    characters[static_cast<size_t>(byte)] = encode_short(stands_for_itself(byte) ? byte : next++);
  }
  return characters;
}

const std::array<std::string, 256>& characters() {
  static const auto all = make_characters();
  return all;
}

std::unordered_map<std::string_view, char> make_bytes() {
  std::unordered_map<std::string_view, char> bytes;
  for (size_t byte = 0; byte < 256; ++byte) {
    bytes[characters()[byte]] = static_cast<char>(byte);
  }
  return bytes;
}

}  // namespace

const std::string& byte_to_character(unsigned char byte) {
  return characters()[byte];
}

std::optional<std::string> alphabet_to_bytes(std::string_view text) {
  static const auto bytes = make_bytes();
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t length = static_cast<unsigned char>(text[i]) < 0x80 ? 1 : 2;
    const auto found = bytes.find(text.substr(i, length));
    if (found == bytes.end()) {
      return std::nullopt;
    }
    out += found->second;
    i += length;
  }
  return out;
}

}  // namespace multistate
