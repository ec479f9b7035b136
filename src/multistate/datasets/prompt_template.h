#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace multistate {

/// A prompt with placeholders for members of a row: "{context}\n\nQuestion: {question}\nAnswer:".
/// Literal braces are doubled, {{ and }}.
class PromptTemplate {
 public:
  /// The prompt up to and with the context, and what comes after it.
  struct Parts {
    std::string context;
    std::string question;
  };

  /// `source` starts messages. Throws InputError when a brace is not closed, a name is not among
  /// `names`, or {context} does not occur exactly once.
  PromptTemplate(std::string_view text, const std::string& source,
                 std::span<const std::string> names);

  bool has(std::string_view name) const;

  /// `values` by name, one for every name that the template has.
  Parts fill(const std::map<std::string, std::string>& values) const;

 private:
  struct Piece {
    bool is_name = false;
    std::string text;
  };

  /// Adds a character of the prompt's own.
  void add(char c);

  std::vector<Piece> pieces_;
};

}  // namespace multistate
