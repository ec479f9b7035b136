#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "multistate/checkpoint/byte_reader.h"

namespace multistate {

/// Types of metadata values, with their numbers in the file.
enum class GgufType : uint32_t {
  kUint8,
  kInt8,
  kUint16,
  kInt16,
  kUint32,
  kInt32,
  kFloat32,
  kBool,
  kString,
  kArray,
  kUint64,
  kInt64,
  kFloat64,
};

/// An array as it is in the file, known to be well-formed; it is decoded when it is asked for.
struct GgufArray {
  GgufType type = GgufType::kUint8;
  uint64_t count = 0;
  std::span<const std::byte> bytes;
};

/// A metadata value. Strings and arrays point into the file.
using GgufValue = std::variant<uint64_t, int64_t, float, double, bool, std::string_view, GgufArray>;

/// Reads a value whose type number comes first. Throws InputError, naming `key`, when the type is
/// unknown or the value reaches beyond the file.
GgufValue read_gguf_value(ByteReader& reader, std::string_view key);

/// For messages and comparisons: "30", "0.5", "true", "smollm", "an array of 3 strings".
std::string to_text(const GgufValue& value);

/// The metadata of a GGUF file. Getters return nullopt when there is no such key, and throw
/// InputError
/// ("<file>: 'llama.block_count' is 'abc'; expected an integer") when its value is of another type.
class GgufMetadata {
 public:
  explicit GgufMetadata(std::string source) : source_(std::move(source)) {}

  /// Throws InputError when the key is there already.
  void add(std::string_view key, GgufValue value);

  const GgufValue* find(std::string_view key) const;
  std::optional<int64_t> integer(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;
  std::optional<bool> boolean(std::string_view key) const;
  std::optional<std::string_view> string(std::string_view key) const;
  std::optional<std::vector<int64_t>> integers(std::string_view key) const;
  std::optional<std::vector<double>> numbers(std::string_view key) const;
  std::optional<std::vector<std::string_view>> strings(std::string_view key) const;

  /// As the getters, but throws InputError when the key is missing:
  /// `metadata.required(&GgufMetadata::integer, "llama.block_count")`.
  template <class T>
  T required(std::optional<T> (GgufMetadata::*getter)(std::string_view) const,
             std::string_view key) const {
    auto value = (this->*getter)(key);
    if (!value) {
      fail_missing(key);
    }
    return *std::move(value);
  }

  const std::map<std::string, GgufValue, std::less<>>& values() const { return values_; }
  const std::string& source() const { return source_; }

 private:
  [[noreturn]] void fail_missing(std::string_view key) const;
  [[noreturn]] void fail_type(std::string_view key, std::string_view expected) const;
  const GgufArray* array(std::string_view key, std::string_view expected) const;

  std::string source_;
  std::map<std::string, GgufValue, std::less<>> values_;
};

}  // namespace multistate
