#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace multistate::test {

/// The bytes of `value` as they are in memory.
template <class T>
std::string raw(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

/// A length and the text, as GGUF has strings.
std::string gguf_string(std::string_view text);

/// Values with the number of their type in front.
std::string gguf_u32(uint32_t value);
std::string gguf_f32(float value);
std::string gguf_bool(bool value);
std::string gguf_text(std::string_view text);
std::string gguf_texts(const std::vector<std::string>& texts);
std::string gguf_i32s(const std::vector<int32_t>& numbers);
std::string gguf_f32s(const std::vector<float>& numbers);

/// One entry of the list of tensors. Members are written as they are, whether they make sense or
/// not.
struct GgufTensorEntry {
  std::string name;
  std::vector<uint64_t> dimensions;  ///< The fastest first.
  uint32_t type = 0;
  uint64_t offset = 0;
};

/// Puts a GGUF file together piece by piece. Everything is public, so that a test can spoil any of
/// it.
struct GgufWriter {
  std::string magic = "GGUF";
  uint32_t version = 3;
  uint64_t alignment = 32;
  std::vector<std::pair<std::string, std::string>> metadata;  ///< Key, type and value.
  std::vector<GgufTensorEntry> tensors;
  std::string data;

  /// Replaces the value of the key, or appends it.
  void set(const std::string& key, const std::string& value);
  void remove(const std::string& key);

  /// Appends a tensor with its data, aligned.
  void add(const std::string& name, std::vector<uint64_t> dimensions, uint32_t type,
           std::string_view bytes);

  std::string bytes() const;
};

}  // namespace multistate::test
