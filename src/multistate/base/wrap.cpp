#include "multistate/base/wrap.h"

#include <algorithm>
#include <sstream>

#include "multistate/base/terminal.h"

namespace multistate {
namespace {

int64_t columns_of(std::string_view text) {
  return static_cast<int64_t>(display_width(text));
}

}  // namespace

std::string wrap(std::string_view label, std::string_view text, int64_t indent, int64_t width) {
  std::string finished;
  std::string line(label);
  bool begins = true;  // Whether the next word begins the text of its line.
  std::istringstream words{std::string(text)};
  for (std::string word; std::getline(words, word, ' ');) {
    if (word.empty()) {
      continue;
    }
    if (!begins && columns_of(line) + 1 + columns_of(word) > width) {
      finished += line + "\n";
      line.clear();
      begins = true;
    }
    const int64_t least = line.empty() ? 0 : 1;
    const int64_t blanks = begins ? std::max(indent - columns_of(line), least) : 1;
    line.append(static_cast<size_t>(blanks), ' ') += word;
    begins = false;
  }
  return finished + line + "\n";
}

}  // namespace multistate
