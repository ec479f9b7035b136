#include "checkpoint/sharded_gguf.h"

#include <fmt/format.h>

#include "support/tiny_model.h"

namespace multistate::test {
namespace {

std::string gguf_u16(uint16_t value) {
  return raw(uint32_t{2}) + raw(value);
}

std::string gguf_i32(int32_t value) {
  return raw(uint32_t{5}) + raw(value);
}

}  // namespace

std::vector<GgufWriter> tiny_gguf_shards(size_t count) {
  GgufWriter whole = tiny_gguf({});
  const std::vector<GgufTensorEntry> tensors = whole.tensors;
  const std::string data = whole.data;
  std::vector<GgufWriter> shards(count);
  shards.front().metadata = whole.metadata;
  for (size_t index = 0; index < tensors.size(); ++index) {
    const GgufTensorEntry& tensor = tensors[index];
    size_t bytes = sizeof(float);
    for (const uint64_t size : tensor.dimensions) {
      bytes *= size;
    }
    shards[index * count / tensors.size()].add(tensor.name, tensor.dimensions, tensor.type,
                                               std::string_view(data).substr(tensor.offset, bytes));
  }
  for (size_t index = 0; index < count; ++index) {
    shards[index].set("split.no", gguf_u16(static_cast<uint16_t>(index)));
    shards[index].set("split.count", gguf_u16(static_cast<uint16_t>(count)));
    shards[index].set("split.tensors.count", gguf_i32(static_cast<int32_t>(tensors.size())));
  }
  return shards;
}

std::filesystem::path shard_path(const std::filesystem::path& folder, size_t number, size_t count) {
  return folder / fmt::format("tiny-{:05}-of-{:05}.gguf", number, count);
}

std::filesystem::path write_shards(const std::vector<GgufWriter>& shards,
                                   const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  for (size_t index = 0; index < shards.size(); ++index) {
    write_file(shard_path(folder, index + 1, shards.size()), shards[index].bytes());
  }
  return shard_path(folder, 1, shards.size());
}

}  // namespace multistate::test
