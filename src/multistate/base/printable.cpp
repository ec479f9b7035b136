#include "multistate/base/printable.h"

#include <fmt/format.h>

#include "multistate/base/text.h"

namespace multistate {
namespace {

/// Of a valid UTF-8 sequence: C0, DEL and C1, which terminals obey, too.
bool is_control(std::string_view sequence) {
  const auto lead = static_cast<unsigned char>(sequence[0]);
  return lead < 0x20 || lead == 0x7F ||
         (lead == 0xC2 && static_cast<unsigned char>(sequence[1]) < 0xA0);
}

/// What stands in bash's $'...' for bytes that a terminal cannot show.
std::string ansi_quoted(std::string_view word) {
  std::string quoted;
  for (size_t i = 0; i < word.size();) {
    const size_t length = utf8_length(word.substr(i));
    if (length == 0 || is_control(word.substr(i, length))) {
      quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(word[i]));
      i += 1;
      continue;
    }
    if (word[i] == '\'' || word[i] == '\\') {
      quoted += '\\';
    }
    quoted += word.substr(i, length);
    i += length;
  }
  return quoted;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text.substr(i));
    if (length == 0 || is_control(text.substr(i, length))) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
      i += 1;
    } else {
      out += text.substr(i, length);
      i += length;
    }
  }
  return out;
}

std::string shell_word(std::string_view word) {
  if (!word.empty() &&
      word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "_-+=./:,@%^") == std::string_view::npos) {
    return std::string(word);
  }
  if (const std::string escaped = printable(word); escaped != word) {
    return fmt::format("$'{}'", ansi_quoted(word));
  }
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + "'";
}

}  // namespace multistate
