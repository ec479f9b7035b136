#include "multistate/checkpoint/gguf_reader.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr std::string_view kMagic = "GGUF";
constexpr uint32_t kMaxDimensions = 4;
constexpr std::string_view kAlignmentKey = "general.alignment";
constexpr uint64_t kDefaultAlignment = 32;
constexpr uint64_t kLeastKeyBytes = 8 + 4 + 1;             // Length, type, a value of one byte.
constexpr uint64_t kLeastTensorBytes = 8 + 4 + 8 + 4 + 8;  // One dimension, and an empty name.

struct Counts {
  uint64_t tensors = 0;
  uint64_t keys = 0;
};

uint32_t read_version(ByteReader& reader) {
  const auto magic = reader.take(kMagic.size(), "the magic");
  const std::string_view text(reinterpret_cast<const char*>(magic.data()), magic.size());
  if (text != kMagic) {
    throw InputError(fmt::format("{}: is not a GGUF file: it starts with {}, not with 'GGUF'",
                                 reader.source(), in_quotes(text)));
  }
  const auto version = reader.number<uint32_t>("the version");
  if (version != 0 && (version & 0xFFFFU) == 0) {
    throw InputError(fmt::format(
        "{}: is a big-endian GGUF file; only little-endian ones are supported", reader.source()));
  }
  if (version != 2 && version != 3) {
    throw InputError(fmt::format("{}: GGUF version {} is not supported; supported: 2, 3",
                                 reader.source(), version));
  }
  return version;
}

Counts read_counts(ByteReader& reader) {
  Counts counts;
  counts.tensors = reader.number<uint64_t>("the number of tensors");
  counts.keys = reader.number<uint64_t>("the number of keys");
  reader.expect_items(counts.keys, kLeastKeyBytes, "the number of keys");
  reader.expect_items(counts.tensors, kLeastTensorBytes, "the number of tensors");
  return counts;
}

void read_metadata(ByteReader& reader, uint64_t count, GgufMetadata& metadata) {
  for (uint64_t index = 0; index < count; ++index) {
    const auto key = reader.string("a key");
    metadata.add(key, read_gguf_value(reader, key));
  }
}

/// Throws the complaint about one tensor.
[[noreturn]] void refuse(const std::string& source, std::string_view name, const std::string& why) {
  throw InputError(fmt::format("{}: tensor {}: {}", source, in_quotes(name), why));
}

/// Dimensions as in the file, the fastest first; sets `tensor.elements`.
std::vector<int64_t> read_dimensions(ByteReader& reader, GgufTensor& tensor) {
  const auto count = reader.number<uint32_t>("the number of dimensions of a tensor");
  if (count < 1 || count > kMaxDimensions) {
    refuse(reader.source(), tensor.name,
           fmt::format("has {} dimensions; allowed are 1 to {}", count, kMaxDimensions));
  }
  std::vector<int64_t> dimensions;
  tensor.elements = 1;
  for (uint32_t index = 0; index < count; ++index) {
    const auto size = reader.number<int64_t>("a dimension of a tensor");
    if (size < 1) {
      refuse(reader.source(), tensor.name, fmt::format("dimension {} is {}", index, size));
    }
    if (__builtin_mul_overflow(tensor.elements, size, &tensor.elements)) {
      refuse(reader.source(), tensor.name, "the product of the dimensions is more than 2^63");
    }
    dimensions.push_back(size);
  }
  return dimensions;
}

std::string type_names() {
  std::vector<std::string> names;
  for (const TensorType& type : tensor_types()) {
    names.emplace_back(type.name);
  }
  return join(names);
}

GgufTensor read_tensor_info(ByteReader& reader) {
  GgufTensor tensor;
  tensor.name = reader.string("the name of a tensor");
  const auto dimensions = read_dimensions(reader, tensor);
  tensor.shape.assign(dimensions.rbegin(), dimensions.rend());
  const auto type = reader.number<uint32_t>("the type of a tensor");
  tensor.offset = reader.number<uint64_t>("the offset of a tensor");
  tensor.type = find_tensor_type(type);
  if (tensor.type == nullptr) {
    refuse(reader.source(), tensor.name,
           fmt::format("type {} is not supported; supported: {}", describe_ggml_type(type),
                       type_names()));
  }
  if (dimensions.front() % tensor.type->block_size != 0) {
    refuse(reader.source(), tensor.name,
           fmt::format("rows of {} values are not whole blocks of {} ({})", dimensions.front(),
                       tensor.type->block_size, tensor.type->name));
  }
  return tensor;
}

std::vector<GgufTensor> read_tensor_infos(ByteReader& reader, uint64_t count) {
  std::vector<GgufTensor> tensors;
  std::set<std::string_view> names;
  for (uint64_t index = 0; index < count; ++index) {
    tensors.push_back(read_tensor_info(reader));
    if (!names.insert(tensors.back().name).second) {
      refuse(reader.source(), tensors.back().name, "appears twice");
    }
  }
  return tensors;
}

uint64_t alignment_of(const GgufMetadata& metadata) {
  const auto alignment = metadata.integer(kAlignmentKey).value_or(kDefaultAlignment);
  if (alignment < 1 || (alignment & (alignment - 1)) != 0) {
    throw InputError(fmt::format("{}: '{}' is {}; expected a power of two", metadata.source(),
                                 kAlignmentKey, alignment));
  }
  return static_cast<uint64_t>(alignment);
}

/// What follows the tensor infos and their padding; empty when the file ends before.
std::span<const std::byte> tensor_data(std::span<const std::byte> bytes, size_t infos_end,
                                       uint64_t alignment) {
  const uint64_t padding = (alignment - infos_end % alignment) % alignment;
  return padding > bytes.size() - infos_end ? bytes.subspan(bytes.size())
                                            : bytes.subspan(infos_end + padding);
}

void locate(GgufTensor& tensor, std::span<const std::byte> data, uint64_t alignment,
            const std::string& source) {
  if (tensor.offset % alignment != 0) {
    refuse(
        source, tensor.name,
        fmt::format("offset {} is not a multiple of the alignment {}", tensor.offset, alignment));
  }
  const auto size = stored_bytes(*tensor.type, tensor.elements);
  if (!size) {
    refuse(source, tensor.name, "takes more than 2^63 bytes");
  }
  const auto bytes = static_cast<uint64_t>(*size);
  if (tensor.offset > data.size() || bytes > data.size() - tensor.offset) {
    refuse(
        source, tensor.name,
        fmt::format("offset {} + {} bytes is beyond the end of the file ({} bytes of tensor data)",
                    tensor.offset, bytes, data.size()));
  }
  tensor.data = data.subspan(tensor.offset, bytes);
}

void check_overlaps(const std::vector<GgufTensor>& tensors, const std::string& source) {
  std::vector<const GgufTensor*> sorted;
  sorted.reserve(tensors.size());
  for (const GgufTensor& tensor : tensors) {
    sorted.push_back(&tensor);
  }
  std::sort(sorted.begin(), sorted.end(),
            [](const auto* a, const auto* b) { return a->offset < b->offset; });
  for (size_t index = 1; index < sorted.size(); ++index) {
    const GgufTensor& before = *sorted[index - 1];
    if (before.offset + before.data.size() > sorted[index]->offset) {
      refuse(source, sorted[index]->name,
             fmt::format("offset {} is inside tensor {}, which takes {} bytes from {}",
                         sorted[index]->offset, in_quotes(before.name), before.data.size(),
                         before.offset));
    }
  }
}

}  // namespace

GgufContent parse_gguf(std::span<const std::byte> bytes, const std::string& source) {
  ByteReader reader(bytes, source);
  const uint32_t version = read_version(reader);
  const Counts counts = read_counts(reader);
  GgufContent content{version, GgufMetadata(source), {}};
  read_metadata(reader, counts.keys, content.metadata);
  content.tensors = read_tensor_infos(reader, counts.tensors);
  const uint64_t alignment = alignment_of(content.metadata);
  const auto data = tensor_data(bytes, reader.offset(), alignment);
  for (GgufTensor& tensor : content.tensors) {
    locate(tensor, data, alignment, source);
  }
  check_overlaps(content.tensors, source);
  return content;
}

}  // namespace multistate
