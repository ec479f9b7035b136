#include "multistate/checkpoint/safetensors_reader.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/checkpoint/byte_reader.h"

namespace multistate {
namespace {

using nlohmann::json;

constexpr uint64_t kMaxHeaderBytes = 100'000'000;  // The reference implementation's.
constexpr int kHeaderDepth = 3;                    // Header, tensor, list of numbers.
constexpr std::string_view kMetadata = "__metadata__";
constexpr std::array<std::string_view, 3> kTypes = {"F32", "F16", "BF16"};

/// A tensor with the place its header entry claims for it.
struct Entry {
  StoredTensor tensor;
  uint64_t begin = 0;
  uint64_t end = 0;
  int64_t bytes = 0;  ///< What type and shape make.
};

[[noreturn]] void refuse(const std::string& source, std::string_view name, const std::string& why) {
  throw InputError(fmt::format("{}: tensor {}: {}", source, in_quotes(name), why));
}

std::string_view read_header(ByteReader& reader) {
  const auto size = reader.number<uint64_t>("the header's length");
  if (size > kMaxHeaderBytes) {
    throw InputError(fmt::format("{}: the header's length is {}; allowed are at most {} bytes",
                                 reader.source(), size, kMaxHeaderBytes));
  }
  const auto bytes = reader.take(size, "the header");
  const std::string_view header(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!header.starts_with('{')) {
    throw InputError(
        fmt::format("{}: is not a safetensors file: the header starts with {}, not with '{{'",
                    reader.source(), in_quotes(header.substr(0, 1))));
  }
  return header;
}

json parse_header(ByteReader& reader) {
  return parse_strict_json(read_header(reader), fmt::format("{}: the header", reader.source()),
                           kHeaderDepth);
}

void check_metadata(const json& metadata, const std::string& source) {
  if (!metadata.is_object()) {
    throw InputError(
        fmt::format("{}: '{}' is {}; expected an object", source, kMetadata, json_text(metadata)));
  }
  for (const auto& [key, value] : metadata.items()) {
    if (!value.is_string()) {
      throw InputError(fmt::format("{}: '{}': {} is {}; expected a string", source, kMetadata,
                                   in_quotes(key), json_text(value)));
    }
  }
}

const TensorType* read_type(const JsonObject& entry, std::string_view name) {
  const auto type = entry.required(&JsonObject::string, "dtype");
  if (std::find(kTypes.begin(), kTypes.end(), type) == kTypes.end()) {
    refuse(entry.source(), name,
           fmt::format("type {} is not supported; supported: F32, F16, BF16", in_quotes(type)));
  }
  return find_tensor_type(type);
}

/// The list of non-negative integers under `key`.
std::vector<int64_t> read_numbers(const JsonObject& entry, std::string_view name,
                                  std::string_view key) {
  const json* list = entry.find(key);
  std::vector<int64_t> numbers;
  const bool is_list = list != nullptr && list->is_array();
  for (const json& item : is_list ? *list : json::array()) {
    if (!item.is_number_unsigned() || item.get<uint64_t>() > uint64_t{INT64_MAX}) {
      break;
    }
    numbers.push_back(item.get<int64_t>());
  }
  if (!is_list || numbers.size() != list->size()) {
    refuse(entry.source(), name,
           fmt::format("'{}' is {}; expected a list of integers from 0 to 2^63 - 1", key,
                       list == nullptr ? "missing" : json_text(*list)));
  }
  return numbers;
}

int64_t bytes_of(const StoredTensor& tensor, const std::string& source) {
  int64_t elements = 1;
  bool overflow = false;
  for (const int64_t size : tensor.shape) {
    overflow = overflow || __builtin_mul_overflow(elements, size, &elements);
  }
  const auto bytes = stored_bytes(*tensor.type, elements);
  if (overflow || !bytes) {
    refuse(source, tensor.name, "takes more than 2^63 bytes");
  }
  return *bytes;
}

Entry read_entry(const std::string& name, const json& value, const std::string& source) {
  if (!value.is_object()) {
    refuse(source, name, fmt::format("is {}; expected an object", json_text(value)));
  }
  for (const auto& [key, member] : value.items()) {
    if (key != "dtype" && key != "shape" && key != "data_offsets") {
      refuse(source, name, fmt::format("has the unknown key {}", in_quotes(key)));
    }
  }
  const JsonObject object(value, source);
  Entry entry;
  entry.tensor.name = name;
  entry.tensor.type = read_type(object, name);
  entry.tensor.shape = read_numbers(object, name, "shape");
  const auto offsets = read_numbers(object, name, "data_offsets");
  if (offsets.size() != 2) {
    refuse(source, name, fmt::format("'data_offsets' has {} numbers; expected 2", offsets.size()));
  }
  entry.begin = static_cast<uint64_t>(offsets[0]);
  entry.end = static_cast<uint64_t>(offsets[1]);
  entry.bytes = bytes_of(entry.tensor, source);
  return entry;
}

/// Gives each tensor its data; `entries` are sorted by offset.
void place(std::vector<Entry>& entries, std::span<const std::byte> data,
           const std::string& source) {
  uint64_t end = 0;
  for (Entry& entry : entries) {
    const auto& name = entry.tensor.name;
    if (entry.begin != end) {
      refuse(source, name,
             fmt::format("its data starts at {}, but the data before it ends at {}", entry.begin,
                         end));
    }
    if (entry.end < entry.begin || entry.end - entry.begin != static_cast<uint64_t>(entry.bytes)) {
      refuse(source, name,
             fmt::format("'data_offsets' are {} and {}, but type and shape make {} bytes",
                         entry.begin, entry.end, entry.bytes));
    }
    if (entry.end > data.size()) {
      refuse(source, name,
             fmt::format(
                 "offset {} + {} bytes is beyond the end of the file ({} bytes of tensor data)",
                 entry.begin, entry.bytes, data.size()));
    }
    entry.tensor.data = data.subspan(entry.begin, entry.end - entry.begin);
    end = entry.end;
  }
  if (end != data.size()) {
    throw InputError(
        fmt::format("{}: {} bytes follow the data of the last tensor", source, data.size() - end));
  }
}

}  // namespace

std::vector<StoredTensor> parse_safetensors(std::span<const std::byte> bytes,
                                            const std::string& source) {
  ByteReader reader(bytes, source);
  const json header = parse_header(reader);
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == kMetadata) {
      check_metadata(value, source);
    } else {
      entries.push_back(read_entry(name, value, source));
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  place(entries, bytes.subspan(reader.offset()), source);
  std::vector<StoredTensor> tensors;
  tensors.reserve(entries.size());
  for (Entry& entry : entries) {
    tensors.push_back(std::move(entry.tensor));
  }
  return tensors;
}

std::map<std::string, std::string> safetensors_metadata(std::span<const std::byte> bytes,
                                                        const std::string& source) {
  ByteReader reader(bytes, source);
  const json header = parse_header(reader);
  const auto found = header.find(kMetadata);
  if (found == header.end()) {
    return {};
  }
  check_metadata(*found, source);
  return found->get<std::map<std::string, std::string>>();
}

}  // namespace multistate
