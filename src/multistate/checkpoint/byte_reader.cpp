#include "multistate/checkpoint/byte_reader.h"

#include <fmt/format.h>

#include "multistate/base/error.h"

namespace multistate {

std::string_view ByteReader::string(std::string_view what) {
  const auto length = number<uint64_t>(what);
  const auto bytes = take(length, what);
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::span<const std::byte> ByteReader::take(uint64_t size, std::string_view what) {
  if (size > remaining()) {
    throw InputError(fmt::format("{}: truncated: {} takes {} bytes at offset {}, the file has {}",
                                 source_, what, size, offset_, bytes_.size()));
  }
  const auto taken = bytes_.subspan(offset_, size);
  offset_ += size;
  return taken;
}

void ByteReader::expect_items(uint64_t count, uint64_t item_bytes, std::string_view what) const {
  if (count > remaining() / item_bytes) {
    throw InputError(fmt::format("{}: {}: {} items do not fit into the {} bytes after offset {}",
                                 source_, what, count, remaining(), offset_));
  }
}

}  // namespace multistate
