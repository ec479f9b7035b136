#pragma once

#include <cstdint>
#include <filesystem>
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
};

/// A value of a configuration that knows where it was written, so that every complaint about it can say
/// so. A tree of maps and lists with scalars at the leaves; maps keep the order of the file.
class Node {
 public:
  enum class Kind { kNull, kScalar, kList, kMap };
  using Entry = std::pair<std::string, Node>;

  Node() = default;
  static Node scalar(std::string text, Mark mark, bool quoted = false);
  static Node list(std::vector<Node> items, Mark mark);
  static Node map(std::vector<Entry> entries, Mark mark);

  Kind kind() const { return kind_; }
  const Mark& mark() const { return mark_; }

  /// The text of a scalar, as written. `quoted()`: it stood in quotes, so it is a string whatever it looks like.
  const std::string& text() const { return text_; }
  bool quoted() const { return quoted_; }
  const std::vector<Node>& items() const { return items_; }
  const std::vector<Entry>& entries() const { return entries_; }

  /// Member of a map, or nullptr. `path` may have dots: "policy.name".
  const Node* find(std::string_view path) const;

  /// Replaces or adds the member at a dotted path; maps on the way are made. Throws InputError when
  /// a scalar or a list stands in the way.
  void set(std::string_view path, Node value);

  /// Removes the member at a dotted path; false when there is none.
  bool erase(std::string_view path);

  /// Typed values. Throw InputError "<mark>: <key>: expected an integer, found 'abc'".
  /// Integers are decimal ("010" and "0x10" are errors, not octal); booleans are true and false only.
  int64_t as_integer(std::string_view key) const;
  double as_number(std::string_view key) const;
  bool as_boolean(std::string_view key) const;
  std::string as_string(std::string_view key) const;

  /// The value as JSON: unquoted integers, numbers, true, false and null become such, the rest strings.
  nlohmann::json to_json() const;

  /// InputError "<mark>: <message>".
  InputError error(const std::string& message) const;

 private:
  Kind kind_ = Kind::kNull;
  Mark mark_;
  std::string text_;
  bool quoted_ = false;
  std::vector<Node> items_;
  std::vector<Entry> entries_;
};

/// Reads a YAML file. Duplicate keys, merge keys (<<), non-scalar keys, tags, more than one document and
/// a file that is not a map are InputErrors with file, line and column; so is what yaml-cpp refuses.
Node read_yaml(const std::filesystem::path& path);

/// The same for text that is at hand; `source` stands for the file in marks.
Node parse_yaml(const std::string& text, const std::string& source);

}  // namespace multistate
