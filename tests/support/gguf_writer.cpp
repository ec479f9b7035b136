#include "support/gguf_writer.h"

#include <algorithm>

namespace multistate::test {
namespace {

void pad(std::string& bytes, uint64_t alignment) {
  bytes.resize((bytes.size() + alignment - 1) / alignment * alignment, '\0');
}

std::string typed(uint32_t type, const std::string& value) {
  return raw(type) + value;
}

std::string tensor_info(const GgufTensorEntry& tensor) {
  std::string info =
      gguf_string(tensor.name) + raw(static_cast<uint32_t>(tensor.dimensions.size()));
  for (const uint64_t size : tensor.dimensions) {
    info += raw(size);
  }
  return info + raw(tensor.type) + raw(tensor.offset);
}

}  // namespace

std::string gguf_string(std::string_view text) {
  return raw(static_cast<uint64_t>(text.size())) + std::string(text);
}

std::string gguf_u32(uint32_t value) {
  return typed(4, raw(value));
}
std::string gguf_f32(float value) {
  return typed(6, raw(value));
}
std::string gguf_bool(bool value) {
  return typed(7, raw(static_cast<uint8_t>(value ? 1 : 0)));
}
std::string gguf_text(std::string_view text) {
  return typed(8, gguf_string(text));
}

std::string gguf_texts(const std::vector<std::string>& texts) {
  std::string items;
  for (const auto& text : texts) {
    items += gguf_string(text);
  }
  return typed(9, typed(8, raw(static_cast<uint64_t>(texts.size())) + items));
}

std::string gguf_i32s(const std::vector<int32_t>& numbers) {
  std::string items;
  for (const int32_t number : numbers) {
    items += raw(number);
  }
  return typed(9, typed(5, raw(static_cast<uint64_t>(numbers.size())) + items));
}

std::string gguf_f32s(const std::vector<float>& numbers) {
  std::string items;
  for (const float number : numbers) {
    items += raw(number);
  }
  return typed(9, typed(6, raw(static_cast<uint64_t>(numbers.size())) + items));
}

void GgufWriter::set(const std::string& key, const std::string& value) {
  const auto found = std::find_if(metadata.begin(), metadata.end(),
                                  [&](const auto& entry) { return entry.first == key; });
  if (found == metadata.end()) {
    metadata.emplace_back(key, value);
  } else {
    found->second = value;
  }
}

void GgufWriter::remove(const std::string& key) {
  std::erase_if(metadata, [&](const auto& entry) { return entry.first == key; });
}

void GgufWriter::add(const std::string& name, std::vector<uint64_t> dimensions, uint32_t type,
                     std::string_view bytes) {
  pad(data, alignment);
  tensors.push_back({name, std::move(dimensions), type, data.size()});
  data += bytes;
}

std::string GgufWriter::bytes() const {
  std::string file = magic + raw(version) + raw(static_cast<uint64_t>(tensors.size())) +
                     raw(static_cast<uint64_t>(metadata.size()));
  for (const auto& [key, value] : metadata) {
    file += gguf_string(key) + value;
  }
  for (const auto& tensor : tensors) {
    file += tensor_info(tensor);
  }
  pad(file, alignment);
  return file + data;
}

}  // namespace multistate::test
