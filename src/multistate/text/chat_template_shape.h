#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace multistate {

/// The text of a template as Jinja reads it: every line end is \n, and one at the end is dropped.
std::string normalised_template(std::string_view chat_template);

/// SHA-256 of the normalised text: what a template is known by.
std::string template_identity(std::string_view chat_template);

/// A template without the literals that it writes as they are, so that templates which differ in
/// markers or in a system message have the same shape.
struct TemplateShape {
  /// SHA-256 of the normalised text with two changes. Inside tags, a run of blanks is one space,
  /// and none stands beside the tag's ends. A literal is the byte 0x01 if it is an operand of a
  /// plain concatenation: it stands in a {{ }} tag, outside brackets, beside nothing but + and ~
  /// and the tag's ends, and the tag holds only literals, names, numbers and the signs + ~ . [ ] (
  /// ) | and comma. Literals of comparisons, subscripts and arguments stay, and so does text
  /// between tags.
  ///
  /// Hence what a template of a shape writes depends on these literals only by containing them, if
  /// the shape's tags collect no output (macros, block assignments, filter and call blocks).
  std::string sha256;

  /// These literals in their order, escapes replaced.
  std::vector<std::string> literals;
};

/// Nothing for a text whose tags do not end, or with an escape beyond \n \r \t \\ \' \" in a
/// literal that is left out. Linear in the size of the text, whatever it is.
std::optional<TemplateShape> template_shape(std::string_view chat_template);

}  // namespace multistate
