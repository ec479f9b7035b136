#include "multistate/config/canonical_json.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/sha256.h"
#include "multistate/config/scalar.h"

namespace multistate {
namespace {

constexpr double kMostExactInteger = 0x1.0p53;

std::string number_text(double value) {
  if (!std::isfinite(value)) {
    throw std::invalid_argument(fmt::format("canonical JSON cannot hold {}", value));
  }
  if (std::trunc(value) == value && std::fabs(value) <= kMostExactInteger) {
    return fmt::format("{}", static_cast<int64_t>(value));
  }
  return shortest_text(value);
}

/// Printable ASCII that JSON writes as it stands.
bool is_plain(const std::string& text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; });
}

void append_string(std::string& out, const std::string& text) {
  if (is_plain(text)) {  // Nearly all are, and a sweep may have 100,000 cells.
    out += '"';
    out += text;
    out += '"';
    return;
  }
  try {
    out += nlohmann::json(text).dump();
  } catch (const nlohmann::json::type_error& error) {
    throw std::invalid_argument(fmt::format("canonical JSON: {}", error.what()));
  }
}

void append(std::string& out, const nlohmann::json& value);

void append_array(std::string& out, const nlohmann::json& array) {
  const char* separator = "[";
  for (const nlohmann::json& item : array) {
    out += separator;
    append(out, item);
    separator = ",";
  }
  out += array.empty() ? "[]" : "]";
}

/// nlohmann::json keeps the members of an object sorted by the bytes of their keys.
void append_object(std::string& out, const nlohmann::json& object) {
  const char* separator = "{";
  for (const auto& [key, member] : object.items()) {
    out += separator;
    append_string(out, key);
    out += ':';
    append(out, member);
    separator = ",";
  }
  out += object.empty() ? "{}" : "}";
}

void append(std::string& out, const nlohmann::json& value) {
  if (value.is_object()) {
    append_object(out, value);
  } else if (value.is_array()) {
    append_array(out, value);
  } else if (value.is_number_float()) {
    out += number_text(value.get<double>());
  } else if (value.is_string()) {
    append_string(out, value.get_ref<const std::string&>());
  } else if (value.is_binary() || value.is_discarded()) {
    throw std::invalid_argument("canonical JSON cannot hold a binary value");
  } else {
    out += value.dump();
  }
}

}  // namespace

std::string canonical_json(const nlohmann::json& value) {
  std::string out;
  append(out, value);
  return out;
}

std::string cell_identity(const nlohmann::json& value) {
  return sha256_hex(canonical_json(value));
}

}  // namespace multistate
