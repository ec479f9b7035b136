#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "multistate/base/error.h"

namespace multistate {

/// Where a value was written: "sweep.yaml:12:9", or "command line: state_size=64,128".
struct Mark {
  std::string text;
  bool command_line = false;  ///< Given as an override, which takes precedence over the file.
};

/// A value of a configuration and the place where it was written, for error messages.
/// A tree of maps and lists with scalars at the leaves; maps keep the order of the file.
class Node {
 public:
  enum class Kind { kNull, kScalar, kList, kMap };
  using Entry = std::pair<std::string, Node>;

  /// Most levels of maps and lists that a tree may have, so that recursion over it cannot overflow
  /// the stack.
  static constexpr int64_t kMaxDepth = 64;

  Node() = default;
  static Node null(Mark mark);
  static Node scalar(std::string text, Mark mark, bool quoted = false);
  static Node list(std::vector<Node> items, Mark mark);
  static Node map(std::vector<Entry> entries, Mark mark);

  Kind kind() const { return kind_; }
  const Mark& mark() const { return mark_; }

  /// Where the key of this value was written; the value's own mark when it has no key.
  const Mark& key_mark() const { return key_mark_.text.empty() ? mark_ : key_mark_; }
  void set_key_mark(Mark mark) { key_mark_ = std::move(mark); }

  /// The text of a scalar, as written. `quoted()`: it was in quotes, so it is a string whatever it
  /// looks like.
  const std::string& text() const { return text_; }
  bool quoted() const { return quoted_; }
  const std::vector<Node>& items() const { return items_; }
  const std::vector<Entry>& entries() const { return entries_; }

  /// Member of a map, or nullptr. `path` may have dots: "policy.name".
  const Node* find(std::string_view path) const;

  /// Member by its key as written, dots and all: the axes of a sweep are called "policy.name". Or
  /// nullptr.
  const Node* member(std::string_view key) const;

  /// Replaces or adds the member at a dotted path; missing maps are created, null counts as an
  /// empty map. Throws InputError when a scalar or a list is in the way, a part of the path is
  /// empty, or there are more than kMaxDepth parts.
  void set(std::string_view path, Node value);
  void set_member(std::string_view key, Node value);

  /// Removes the member at a dotted path; false when there is none.
  bool erase(std::string_view path);
  bool erase_member(std::string_view key);

  /// The scalar as an integer, a number or a boolean; nullopt when it is in quotes or has another
  /// form. Integers are decimal ("010" and "0x10" are no integers); booleans are true and false
  /// only.
  std::optional<int64_t> integer() const;
  std::optional<double> number() const;
  std::optional<bool> boolean() const;

  /// The same for required types. Throw InputError "<mark>: <key>: expected an integer,
  /// found 'abc'". Every scalar is a string, as written.
  int64_t as_integer(std::string_view key) const;
  double as_number(std::string_view key) const;
  bool as_boolean(std::string_view key) const;
  std::string as_string(std::string_view key) const;

  /// The value as JSON: unquoted integers, numbers, true, false and null become such, the rest
  /// strings (also a number that 64 bits cannot hold).
  nlohmann::json to_json() const;

  /// InputError "<mark>: <key>: expected <what>, found <this value>".
  InputError expected(std::string_view what, std::string_view key) const;

  /// InputError "<mark>: <message>".
  InputError error(const std::string& message) const;

 private:
  Node* mutable_member(std::string_view key);

  Kind kind_ = Kind::kNull;
  Mark mark_;
  Mark key_mark_;
  std::string text_;
  bool quoted_ = false;
  std::vector<Node> items_;
  std::vector<Entry> entries_;
};

/// Reads a YAML file. Duplicate keys, merge keys (<<), keys that are not text, tags, more than one
/// document, tabs as indentation, control characters, invalid UTF-8, more than kMaxDepth levels,
/// more than 200,000 values (aliases count as what they stand for) and a file that is not a map are
/// InputErrors with file, line and column; so is what yaml-cpp refuses.
Node read_yaml(const std::filesystem::path& path);

/// The same for a text in memory; `source` stands for the file in marks.
Node parse_yaml(const std::string& text, const std::string& source);

}  // namespace multistate
