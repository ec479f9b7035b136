#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace multistate {

/// JSON nested deeper than this is not what we write or have to read, and would exhaust the stack
/// of whoever walks it. The limit of every reader.
inline constexpr int kDeepestJson = 64;

/// Whether arrays and objects lie deeper than `limit` in each other; brackets in strings do not
/// count. Takes any bytes.
bool nests_deeper(std::string_view text, int limit);

/// Parses JSON that came from outside: invalid JSON, a key that appears twice in an object, a
/// number beyond a double and more than `max_depth` levels are InputErrors, which start with
/// `source`. The document must be an object.
nlohmann::json parse_strict_json(std::string_view text, const std::string& source,
                                 int max_depth = kDeepestJson);

/// Parses JSON of our own that a crash or somebody else may have damaged: the value is discarded
/// (json::is_discarded()) when the text is no JSON or is nested deeper than kDeepestJson.
nlohmann::json parse_json(std::string_view text);

/// Members of a JSON object. A missing (or null) one gives nullopt; one of another type is an
/// InputError
/// ("config.json: 'hidden_size' is "a"; expected an integer").
class JsonObject {
 public:
  /// `object` must be an object and outlive this one.
  JsonObject(const nlohmann::json& object, std::string source)
      : object_(object), source_(std::move(source)) {}

  /// nullptr when there is none, or it is null.
  const nlohmann::json* find(std::string_view key) const;
  std::optional<int64_t> integer(std::string_view key) const;
  std::optional<double> number(std::string_view key) const;
  std::optional<bool> boolean(std::string_view key) const;
  std::optional<std::string> string(std::string_view key) const;
  std::optional<std::vector<std::string>> strings(std::string_view key) const;

  /// Throws InputError at the first member that is not in `known`, with the nearest known name.
  void allow_only(std::span<const std::string> known) const;

  /// As the getters, but throws InputError when the key is missing.
  template <class T>
  T required(std::optional<T> (JsonObject::*getter)(std::string_view) const,
             std::string_view key) const {
    auto value = (this->*getter)(key);
    if (!value) {
      fail_missing(key);
    }
    return *std::move(value);
  }

  /// Throws InputError with the key, its value and what is expected, or says that it is missing.
  [[noreturn]] void fail(std::string_view key, std::string_view expected) const;

  const nlohmann::json& members() const { return object_; }
  const std::string& source() const { return source_; }

 private:
  [[noreturn]] void fail_missing(std::string_view key) const;

  const nlohmann::json& object_;
  std::string source_;
};

/// A value as it would be written, shortened, for a message.
std::string json_text(const nlohmann::json& value);

}  // namespace multistate
