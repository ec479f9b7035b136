#include "multistate/base/wrap.h"

#include <algorithm>

namespace multistate {
namespace {

/// Columns of UTF-8, each code point one.
int64_t columns_of(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; });
}

}  // namespace

std::string wrap(std::string_view label, std::string_view text, int64_t indent, int64_t width) {
  std::string lines(label);
  int64_t column = columns_of(label);
  // Whether the next word is the first one of its line.
  bool first = true;
  const auto move_to_indent = [&] {
    const int64_t blanks = std::max(indent - column, column == 0 ? int64_t{0} : int64_t{1});
    lines.append(static_cast<size_t>(blanks), ' ');
    column += blanks;
  };
  while (!text.empty()) {
    const size_t blank = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, blank);
    text.remove_prefix(std::min(blank + 1, text.size()));
    if (word.empty()) {
      continue;
    }
    const int64_t columns = columns_of(word);
    if (!first && column + 1 + columns > width) {
      lines += '\n';
      column = 0;
      first = true;
    }
    if (first) {
      move_to_indent();
    } else {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += columns;
    first = false;
  }
  return lines + "\n";
}

}  // namespace multistate
