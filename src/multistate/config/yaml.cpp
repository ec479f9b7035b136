#include <algorithm>
#include <sstream>
#include <string_view>

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "multistate/base/mapped_file.h"
#include "multistate/base/text.h"
#include "multistate/config/node.h"
#include "multistate/config/yaml_tree.h"

namespace multistate {
namespace {

/// A comment at the end of the text. yaml-cpp takes the end of the text for the end of quotes that
/// were never closed; then this comment is part of the value. No text has it otherwise, since
/// control characters are refused.
constexpr std::string_view kEndMarker = "#\x01";

/// What is wrong with the byte at `at`, or "". yaml-cpp would take a byte 04 for the end of the
/// file, and pass on invalid UTF-8 that JSON cannot hold.
std::string byte_problem(std::string_view text, size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  const bool is_space = byte == '\n' || byte == '\r' || byte == '\t';
  if ((byte < 0x20 && !is_space) || byte == 0x7F) {
    return fmt::format("the control character {:02x} (hexadecimal) is not allowed", byte);
  }
  if (utf8_length(text.substr(at)) == 0) {
    return fmt::format("the byte {:02x} (hexadecimal) is not valid UTF-8", byte);
  }
  return "";
}

std::string tab_problem(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t\r");
  const bool has_content = first != std::string_view::npos && line[first] != '#';
  return has_content && line.substr(0, first).find('\t') != std::string_view::npos
             ? "a tab cannot indent; use spaces"
             : "";
}

void check_line(std::string_view line, const std::string& source, size_t number) {
  for (size_t i = 0; i < line.size();) {
    if (const std::string problem = byte_problem(line, i); !problem.empty()) {
      throw InputError(fmt::format("{}:{}:{}: {}", source, number, i + 1, problem));
    }
    i += utf8_length(line.substr(i));
  }
  if (const std::string problem = tab_problem(line); !problem.empty()) {
    throw InputError(fmt::format("{}:{}:{}: {}", source, number, line.find('\t') + 1, problem));
  }
}

/// Checks all lines; returns their number.
size_t check_text(std::string_view text, const std::string& source) {
  size_t number = 0;
  for (size_t start = 0; start < text.size(); ++number) {
    const size_t end = std::min(text.find('\n', start), text.size());
    check_line(text.substr(start, end - start), source, number + 1);
    start = end + 1;
  }
  return number;
}

/// The mark of an error, but not behind the end of what the user wrote.
Mark error_mark(const YamlTree& tree, const YAML::Mark& place, size_t lines) {
  YAML::Mark inside = place;
  if (!place.is_null() && place.line >= static_cast<int>(lines)) {
    inside.line = static_cast<int>(lines);
    inside.column = 0;
  }
  return tree.mark(inside);
}

}  // namespace

Node parse_yaml(const std::string& text, const std::string& source) {
  const size_t lines = check_text(text, source);
  std::istringstream stream(
      fmt::format("{}{}{}\n", text, text.ends_with('\n') ? "" : "\n", kEndMarker));
  YamlTree tree(source, std::string(kEndMarker.substr(1)));
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(tree)) {
    }
  } catch (const YAML::Exception& error) {
    throw InputError(fmt::format("{}: {}", error_mark(tree, error.mark, lines).text, error.msg));
  }
  if (!tree.root().has_value() || tree.root()->kind() == Node::Kind::kNull) {
    throw InputError(fmt::format("{}: is empty; expected a map of keys", source));
  }
  if (tree.root()->kind() != Node::Kind::kMap) {
    throw tree.root()->expected("a map of keys", "the document");
  }
  return std::move(*tree.root());
}

Node read_yaml(const std::filesystem::path& path) {
  return parse_yaml(read_file(path), path.string());
}

}  // namespace multistate
