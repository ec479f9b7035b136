#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace multistate {

/// A value inside a JSON file together with where it stands, for messages
/// ("tokenizer.json: decoder.type is '5', which is not supported; supported: a string"). All that
/// throws throws InputError.
class JsonNode {
 public:
  /// `value` has to outlive this. `path`: "pre_tokenizer.pretokenizers[0]".
  JsonNode(const nlohmann::json& value, std::string path, std::string source);

  const nlohmann::json& value() const { return *value_; }
  const std::string& path() const { return path_; }
  const std::string& source() const { return source_; }

  [[noreturn]] void fail(std::string_view supported) const;

  bool is_null() const;

  /// The member `type`; "" where there is none, or this is no object.
  std::string type() const;

  /// Throws at the first member that is not known.
  void allow_only(std::initializer_list<std::string_view> known) const;

  /// Throws when it is missing: for what the reference implementation knows no default.
  JsonNode required(std::string_view key) const;

  /// A null one counts as missing.
  std::optional<JsonNode> find(std::string_view key) const;

  /// Throw for a value of another type.
  bool boolean() const;
  std::string string() const;
  std::vector<JsonNode> list() const;

 private:
  const nlohmann::json* value_;
  std::string path_;
  std::string source_;
};

}  // namespace multistate
