#include "multistate/checkpoint/gguf_value.h"

#include <array>
#include <limits>
#include <string>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr int kMaxNesting = 4;
constexpr uint64_t kArrayHeaderBytes = sizeof(uint32_t) + sizeof(uint64_t);  // Type and count.

/// How a type is read and called; `bytes` is the least a value takes, all of it if `fixed`.
struct TypeTraits {
  std::string_view plural;
  uint64_t bytes;
  bool fixed;
  GgufValue (*read)(ByteReader&, std::string_view what);
};

template <class Stored, class Value>
GgufValue read_as(ByteReader& reader, std::string_view what) {
  return static_cast<Value>(reader.number<Stored>(what));
}

GgufValue read_bool(ByteReader& reader, std::string_view what) {
  const auto byte = reader.number<uint8_t>(what);
  if (byte > 1) {
    throw InputError(fmt::format("{}: {} is {}; a boolean is 0 or 1", reader.source(), what, byte));
  }
  return byte == 1;
}

GgufValue read_string(ByteReader& reader, std::string_view what) {
  return reader.string(what);
}

GgufValue read_array(ByteReader& reader, std::string_view what);

constexpr std::array<TypeTraits, 13> kTraits = {{
    {"integers", 1, true, &read_as<uint8_t, uint64_t>},
    {"integers", 1, true, &read_as<int8_t, int64_t>},
    {"integers", 2, true, &read_as<uint16_t, uint64_t>},
    {"integers", 2, true, &read_as<int16_t, int64_t>},
    {"integers", 4, true, &read_as<uint32_t, uint64_t>},
    {"integers", 4, true, &read_as<int32_t, int64_t>},
    {"numbers", 4, true, &read_as<float, float>},
    {"booleans", 1, true, &read_bool},
    {"strings", 8, false, &read_string},
    {"arrays", 12, false, &read_array},
    {"integers", 8, true, &read_as<uint64_t, uint64_t>},
    {"integers", 8, true, &read_as<int64_t, int64_t>},
    {"numbers", 8, true, &read_as<double, double>},
}};

const TypeTraits& traits(GgufType type) {
  return kTraits.at(static_cast<size_t>(type));
}

GgufType read_type(ByteReader& reader, std::string_view what) {
  const auto number = reader.number<uint32_t>(what);
  if (number >= kTraits.size()) {
    throw InputError(fmt::format("{}: {} is of type {}; known are 0 to {}", reader.source(), what,
                                 number, kTraits.size() - 1));
  }
  return static_cast<GgufType>(number);
}

/// Passes the items of an array and returns how they are made up, without their bytes.
GgufArray skip_array(ByteReader& reader, std::string_view what, int nesting) {
  if (nesting > kMaxNesting) {
    throw InputError(fmt::format("{}: {}: arrays are nested more than {} deep", reader.source(),
                                 what, kMaxNesting));
  }
  GgufArray array;
  array.type = read_type(reader, what);
  array.count = reader.number<uint64_t>(what);
  const TypeTraits& item = traits(array.type);
  reader.expect_items(array.count, item.bytes, what);
  if (item.fixed) {
    reader.take(array.count * item.bytes, what);
    return array;
  }
  for (uint64_t index = 0; index < array.count; ++index) {
    if (array.type == GgufType::kArray) {
      skip_array(reader, what, nesting + 1);
    } else {
      reader.string(what);
    }
  }
  return array;
}

GgufValue read_array(ByteReader& reader, std::string_view what) {
  ByteReader start = reader;
  GgufArray array = skip_array(reader, what, 1);
  array.bytes = start.take(reader.offset() - start.offset(), what).subspan(kArrayHeaderBytes);
  return array;
}

std::optional<int64_t> as_integer(const GgufValue& value) {
  if (const auto* number = std::get_if<int64_t>(&value)) {
    return *number;
  }
  const auto* number = std::get_if<uint64_t>(&value);
  if (number == nullptr || *number > static_cast<uint64_t>(std::numeric_limits<int64_t>::max())) {
    return std::nullopt;
  }
  return static_cast<int64_t>(*number);
}

struct TextOf {
  std::string operator()(const GgufArray& array) const {
    return fmt::format("an array of {} {}", array.count, traits(array.type).plural);
  }
  template <class T>
  std::string operator()(const T& value) const {
    return fmt::format("{}", value);
  }
};

}  // namespace

GgufValue read_gguf_value(ByteReader& reader, std::string_view key) {
  const std::string what = fmt::format("the value of {}", in_quotes(key));
  const GgufType type = read_type(reader, what);
  return traits(type).read(reader, what);
}

std::string to_text(const GgufValue& value) {
  return std::visit(TextOf(), value);
}

void GgufMetadata::add(std::string_view key, GgufValue value) {
  if (!values_.emplace(key, value).second) {
    throw InputError(fmt::format("{}: the key {} appears twice", source_, in_quotes(key)));
  }
}

const GgufValue* GgufMetadata::find(std::string_view key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? nullptr : &found->second;
}

std::optional<int64_t> GgufMetadata::integer(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto number = as_integer(*value);
  if (!number) {
    fail_type(key, "an integer");
  }
  return number;
}

std::optional<double> GgufMetadata::number(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (const auto* wide = std::get_if<double>(value)) {
    return *wide;
  }
  if (!std::holds_alternative<float>(*value)) {
    fail_type(key, "a floating-point number");
  }
  // A 32-bit value stands for the decimal that the converter was given: 1e-05, not 9.99999975e-06.
  // So the model computes with the same number whichever format it comes in.
  return std::stod(to_text(*value));
}

std::optional<bool> GgufMetadata::boolean(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!std::holds_alternative<bool>(*value)) {
    fail_type(key, "a boolean");
  }
  return std::get<bool>(*value);
}

std::optional<std::string_view> GgufMetadata::string(std::string_view key) const {
  const GgufValue* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!std::holds_alternative<std::string_view>(*value)) {
    fail_type(key, "a string");
  }
  return std::get<std::string_view>(*value);
}

const GgufArray* GgufMetadata::array(std::string_view key, std::string_view expected) const {
  const GgufValue* value = find(key);
  if (value == nullptr) {
    return nullptr;
  }
  const auto* array = std::get_if<GgufArray>(value);
  if (array == nullptr || traits(array->type).plural != expected) {
    fail_type(key, fmt::format("an array of {}", expected));
  }
  return array;
}

std::optional<std::vector<int64_t>> GgufMetadata::integers(std::string_view key) const {
  const GgufArray* stored = array(key, "integers");
  if (stored == nullptr) {
    return std::nullopt;
  }
  ByteReader reader(stored->bytes, source_);
  std::vector<int64_t> numbers;
  for (uint64_t index = 0; index < stored->count; ++index) {
    const auto number = as_integer(traits(stored->type).read(reader, key));
    if (!number) {
      fail_type(key, "an array of integers below 2^63");
    }
    numbers.push_back(*number);
  }
  return numbers;
}

std::optional<std::vector<double>> GgufMetadata::numbers(std::string_view key) const {
  const GgufArray* stored = array(key, "numbers");
  if (stored == nullptr) {
    return std::nullopt;
  }
  ByteReader reader(stored->bytes, source_);
  std::vector<double> numbers;
  for (uint64_t index = 0; index < stored->count; ++index) {
    const GgufValue value = traits(stored->type).read(reader, key);
    const auto* narrow = std::get_if<float>(&value);
    numbers.push_back(narrow != nullptr ? static_cast<double>(*narrow) : std::get<double>(value));
  }
  return numbers;
}

std::optional<std::vector<std::string_view>> GgufMetadata::strings(std::string_view key) const {
  const GgufArray* stored = array(key, "strings");
  if (stored == nullptr) {
    return std::nullopt;
  }
  ByteReader reader(stored->bytes, source_);
  std::vector<std::string_view> texts;
  for (uint64_t index = 0; index < stored->count; ++index) {
    texts.push_back(reader.string(key));
  }
  return texts;
}

void GgufMetadata::fail_missing(std::string_view key) const {
  throw InputError(fmt::format("{}: the key {} is missing", source_, in_quotes(key)));
}

void GgufMetadata::fail_type(std::string_view key, std::string_view expected) const {
  throw InputError(fmt::format("{}: {} is {}; expected {}", source_, in_quotes(key),
                               in_quotes(to_text(*find(key))), expected));
}

}  // namespace multistate
