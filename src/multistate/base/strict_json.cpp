#include "multistate/base/strict_json.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/json_layout.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

using nlohmann::json;

/// Called by the parser with every event; keeps the keys of the objects that are open.
class Watcher {
 public:
  Watcher(const std::string& source, int max_depth) : source_(source), max_depth_(max_depth) {}

  bool operator()(int depth, json::parse_event_t event, const json& parsed) {
    if (depth > max_depth_) {
      throw InputError(fmt::format("{}: is nested more than {} deep", source_, max_depth_));
    }
    if (event == json::parse_event_t::object_start) {
      open_.emplace_back();
    } else if (event == json::parse_event_t::object_end) {
      open_.pop_back();
    } else if (event == json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      last_key_ = key;
      if (!open_.back().insert(key).second) {
        throw InputError(fmt::format("{}: the key {} appears twice", source_, in_quotes(key)));
      }
    }
    return true;
  }

  /// The key that was met last: what is wrong in the text comes after it.
  const std::string& last_key() const { return last_key_; }

 private:
  const std::string& source_;
  int max_depth_;
  std::vector<std::set<std::string>> open_;
  std::string last_key_;
};

/// Index of the quote that ends the string which starts at `quote`; the text's size when none does.
size_t end_of_string(std::string_view text, size_t quote) {
  size_t i = quote + 1;
  while (i < text.size() && text[i] != '"') {
    i += text[i] == '\\' ? 2 : 1;
  }
  return i;
}

/// The number in the words of the library, "[...] number overflow parsing '1e999'".
std::string quoted_number(const std::string& what) {
  const size_t first = what.find('\'');
  return first == std::string::npos ? "a number" : what.substr(first);
}

}  // namespace

bool nests_deeper(std::string_view text, int limit) {
  int depth = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      i = end_of_string(text, i);
    } else if (c == '{' || c == '[') {
      if (++depth > limit) {
        return true;
      }
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return false;
}

json parse_json(std::string_view text) {
  json unread(json::value_t::discarded);
  if (nests_deeper(text, kDeepestJson)) {
    return unread;
  }
  return json::parse(text, nullptr, /*allow_exceptions=*/false);
}

json parse_strict_json(std::string_view text, const std::string& source, int max_depth) {
  Watcher watcher(source, max_depth);
  json parsed;
  try {
    parsed = json::parse(text.begin(), text.end(),
                         [&](int depth, json::parse_event_t event, const json& value) {
                           return watcher(depth, event, value);
                         });
  } catch (const json::parse_error& error) {
    throw InputError(fmt::format("{}: is not valid JSON (at byte {})", source, error.byte));
  } catch (const json::out_of_range& error) {
    throw InputError(fmt::format(
        "{}: {} after the key {} is out of range for a double; expected at most 1.8e308", source,
        quoted_number(error.what()), in_quotes(watcher.last_key())));
  }
  if (!parsed.is_object()) {
    throw InputError(fmt::format("{}: is {}; expected a JSON object", source, json_text(parsed)));
  }
  return parsed;
}

std::string json_text(const json& value) {
  return in_quotes(json_line(value));
}

const json* JsonObject::find(std::string_view key) const {
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

std::optional<int64_t> JsonObject::integer(std::string_view key) const {
  const json* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  // Integers above 2^63 are unsigned ones that do not fit.
  if (!value->is_number_integer() ||
      (value->is_number_unsigned() && value->get<uint64_t>() > uint64_t{INT64_MAX})) {
    fail(key, "an integer");
  }
  return value->get<int64_t>();
}

std::optional<double> JsonObject::number(std::string_view key) const {
  const json* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_number()) {
    fail(key, "a number");
  }
  return value->get<double>();
}

std::optional<bool> JsonObject::boolean(std::string_view key) const {
  const json* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_boolean()) {
    fail(key, "true or false");
  }
  return value->get<bool>();
}

std::optional<std::string> JsonObject::string(std::string_view key) const {
  const json* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  if (!value->is_string()) {
    fail(key, "a string");
  }
  return value->get<std::string>();
}

std::optional<std::vector<std::string>> JsonObject::strings(std::string_view key) const {
  const json* value = find(key);
  if (value == nullptr) {
    return std::nullopt;
  }
  const auto is_string = [](const json& item) { return item.is_string(); };
  if (!value->is_array() || !std::all_of(value->begin(), value->end(), is_string)) {
    fail(key, "a list of strings");
  }
  return value->get<std::vector<std::string>>();
}

void JsonObject::allow_only(std::span<const std::string> known) const {
  for (const auto& [key, value] : object_.items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      const std::string near = did_you_mean(key, known);
      throw InputError(fmt::format("{}: unknown key {}{}", source_, in_quotes(key),
                                   near.empty() ? "; known: " + join(known) : near));
    }
  }
}

void JsonObject::fail(std::string_view key, std::string_view expected) const {
  if (!object_.contains(key)) {
    fail_missing(key);
  }
  throw InputError(fmt::format("{}: {} is {}; expected {}", source_, in_quotes(key),
                               json_text(object_.at(std::string(key))), expected));
}

void JsonObject::fail_missing(std::string_view key) const {
  throw InputError(fmt::format("{}: the key {} is missing", source_, in_quotes(key)));
}

}  // namespace multistate
