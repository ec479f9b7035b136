#include "aggregate/charts/picture.h"

#include <algorithm>

#include <boost/archive/iterators/base64_from_binary.hpp>
#include <boost/archive/iterators/transform_width.hpp>
#include <boost/crc.hpp>

namespace multistate::aggregate {
namespace {

std::string big_endian(uint32_t value) {
  std::string bytes;
  for (const unsigned shift : {24U, 16U, 8U, 0U}) {
    bytes += static_cast<char>((value >> shift) & 0xFFU);
  }
  return bytes;
}

std::string chunk(const std::string& type, const std::string& data) {
  boost::crc_32_type crc;
  crc.process_bytes(type.data(), type.size());
  crc.process_bytes(data.data(), data.size());
  return big_endian(static_cast<uint32_t>(data.size())) + type + data + big_endian(crc.checksum());
}

uint32_t adler32(const std::string& data) {
  constexpr uint32_t kModulus = 65521;
  uint32_t a = 1;
  uint32_t b = 0;
  for (const char c : data) {
    a = (a + static_cast<unsigned char>(c)) % kModulus;
    b = (b + a) % kModulus;
  }
  return (b << 16U) | a;
}

/// zlib's format (RFC 1950) around blocks that are stored (RFC 1951, section 3.2.4).
std::string stored(const std::string& data) {
  constexpr size_t kLongest = 65535;
  std::string bytes = "\x78\x01";
  for (size_t at = 0; at < data.size(); at += kLongest) {
    const size_t length = std::min(kLongest, data.size() - at);
    bytes += at + length == data.size() ? '\1' : '\0';
    for (const size_t count : {length, ~length}) {
      bytes += static_cast<char>(count & 0xFFU);
      bytes += static_cast<char>((count >> 8U) & 0xFFU);
    }
    bytes.append(data, at, length);
  }
  return bytes + big_endian(adler32(data));
}

std::string base64(std::string bytes) {
  namespace iterators = boost::archive::iterators;
  using Digits =
      iterators::base64_from_binary<iterators::transform_width<std::string::const_iterator, 6, 8>>;
  const size_t missing = (3 - bytes.size() % 3) % 3;
  bytes.append(missing, '\0');
  std::string text(Digits(bytes.cbegin()), Digits(bytes.cend()));
  return text.replace(text.size() - missing, missing, missing, '=');
}

}  // namespace

std::string Picture::data_uri() const {
  std::string palette;
  for (const auto& color : colors) {
    palette.append(color.begin(), color.end());
  }
  std::string lines;
  for (size_t row = 0; row < height; ++row) {
    lines += '\0';  // No filter.
    lines.append(pixels.begin() + static_cast<std::ptrdiff_t>(row * width),
                 pixels.begin() + static_cast<std::ptrdiff_t>((row + 1) * width));
  }
  // Eight bits a pixel, by palette.
  const std::string header = big_endian(static_cast<uint32_t>(width)) +
                             big_endian(static_cast<uint32_t>(height)) +
                             std::string("\x08\x03\0\0\0", 5);
  return "data:image/png;base64," +
         base64("\x89PNG\r\n\x1a\n" + chunk("IHDR", header) + chunk("PLTE", palette) +
                chunk("tRNS", std::string(1, '\0')) + chunk("IDAT", stored(lines)) +
                chunk("IEND", ""));
}

}  // namespace multistate::aggregate
