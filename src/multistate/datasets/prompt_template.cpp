#include "multistate/datasets/prompt_template.h"

#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr const char* kContext = "context";

/// "{context} and {question}".
std::string in_braces(std::span<const std::string> names) {
  std::vector<std::string> placeholders;
  for (const std::string& name : names) {
    placeholders.push_back("{" + name + "}");
  }
  return join(placeholders, " and ");
}

}  // namespace

PromptTemplate::PromptTemplate(std::string_view text, const std::string& source,
                               std::span<const std::string> names) {
  size_t i = 0;
  while (i < text.size()) {
    const char c = text[i];
    if (c != '{' && c != '}') {
      add(c);
      ++i;
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == c) {
      add(c);
      i += 2;
      continue;
    }
    const size_t end = text.find('}', i);
    if (c == '}' || end == std::string_view::npos) {
      throw InputError(fmt::format(
          "{}: the brace at byte {} of the prompt belongs to no placeholder; a brace that is meant "
          "as such is doubled, {{{{ or }}}}",
          source, i));
    }
    const std::string name(text.substr(i + 1, end - i - 1));
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      throw InputError(fmt::format("{}: the prompt has the placeholder {}; known: {}", source,
                                   in_quotes("{" + name + "}"), in_braces(names)));
    }
    pieces_.push_back({.is_name = true, .text = name});
    i = end + 1;
  }
  const auto contexts = std::count_if(pieces_.begin(), pieces_.end(), [](const Piece& piece) {
    return piece.is_name && piece.text == kContext;
  });
  if (contexts != 1) {
    throw InputError(
        fmt::format("{}: the prompt has {{context}} {} times; expected once", source, contexts));
  }
}

void PromptTemplate::add(char c) {
  if (pieces_.empty() || pieces_.back().is_name) {
    pieces_.emplace_back();
  }
  pieces_.back().text += c;
}

bool PromptTemplate::has(std::string_view name) const {
  return std::any_of(pieces_.begin(), pieces_.end(),
                     [name](const Piece& piece) { return piece.is_name && piece.text == name; });
}

PromptTemplate::Parts PromptTemplate::fill(const std::map<std::string, std::string>& values) const {
  Parts parts;
  std::string* part = &parts.context;
  for (const Piece& piece : pieces_) {
    *part += piece.is_name ? values.at(piece.text) : piece.text;
    if (piece.is_name && piece.text == kContext) {
      part = &parts.question;
    }
  }
  return parts;
}

}  // namespace multistate
