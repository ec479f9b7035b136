#include <ctime>

#include "aggregate/exports/exports.h"

namespace multistate::aggregate {

std::string text_of(const Cell& cell, const std::string& key) {
  const nlohmann::json& value = cell.parameter(key);
  return value.is_null() ? "" : parameter_text(value);
}

std::string file_name_of(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

std::string sanitized(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                       c == '.' || c == '-' || c == '=';
    out += plain ? c : '_';
  }
  // "." and ".." are other folders.
  return out == "." || out == ".." ? "_" + out : out;
}

int64_t unix_time(const nlohmann::json& text) {
  std::tm time{};
  const std::string written = text.is_string() ? text.get<std::string>() : "";
  const char* const end = ::strptime(written.c_str(), "%Y-%m-%dT%H:%M:%SZ", &time);
  return end == nullptr ? 0 : static_cast<int64_t>(::timegm(&time));
}

}  // namespace multistate::aggregate
