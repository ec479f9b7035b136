#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace multistate {

/// Reads little-endian values one after the other. Whatever would reach beyond the end is an
/// InputError that names the source, what was being read, the offset and the size of the whole.
class ByteReader {
 public:
  ByteReader(std::span<const std::byte> bytes, std::string source)
      : bytes_(bytes), source_(std::move(source)) {}

  /// `what` is for the message: "the value of 'llama.block_count'".
  template <class T>
  T number(std::string_view what) {
    static_assert(std::endian::native == std::endian::little);
    T value;
    std::memcpy(&value, take(sizeof(T), what).data(), sizeof(T));
    return value;
  }

  /// A 64-bit length and that many bytes.
  std::string_view string(std::string_view what);

  /// The next `size` bytes.
  std::span<const std::byte> take(uint64_t size, std::string_view what);

  /// Throws unless `count` items of at least `item_bytes` each can still follow.
  void expect_items(uint64_t count, uint64_t item_bytes, std::string_view what) const;

  size_t offset() const { return offset_; }
  size_t remaining() const { return bytes_.size() - offset_; }
  const std::string& source() const { return source_; }

 private:
  std::span<const std::byte> bytes_;
  std::string source_;
  size_t offset_ = 0;
};

}  // namespace multistate
