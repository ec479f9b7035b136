#include "multistate/base/json_layout.h"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace multistate {
namespace {

using nlohmann::json;

constexpr size_t kIndent = 2;

bool holds_only_plain_values(const json& value) {
  return std::all_of(value.begin(), value.end(),
                     [](const json& each) { return !each.is_structured() || each.empty(); });
}

void append_line(const json& value, std::string& out) {
  if (!value.is_structured() || value.empty()) {
    out += json_line(value);
    return;
  }
  const char* separator = "";
  out += value.is_object() ? '{' : '[';
  for (const auto& [key, member] : value.items()) {
    out += separator;
    out += value.is_object() ? json_line(key) + ": " : "";
    append_line(member, out);
    separator = ", ";
  }
  out += value.is_object() ? '}' : ']';
}

void append_page(const json& value, size_t indent, bool in_array, std::string& out) {
  const bool one_line = !value.is_structured() || value.empty() ||
                        ((in_array || value.is_array()) && holds_only_plain_values(value));
  if (one_line) {
    append_line(value, out);
    return;
  }
  const std::string line_break = "\n" + std::string(indent, ' ');
  const char* separator = "";
  out += value.is_object() ? '{' : '[';
  for (const auto& [key, member] : value.items()) {
    out += separator + line_break + std::string(kIndent, ' ');
    out += value.is_object() ? json_line(key) + ": " : "";
    append_page(member, indent + kIndent, value.is_array(), out);
    separator = ",";
  }
  out += line_break + (value.is_object() ? '}' : ']');
}

}  // namespace

std::string json_line(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string json_page(const json& value) {
  std::string out;
  append_page(value, 0, false, out);
  return out + "\n";
}

}  // namespace multistate
