#include "multistate/base/printable.h"

#include <algorithm>

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

/// `text` with control characters and invalid UTF-8 escaped, and a backslash before each of
/// `quoted`.
std::string escaped(std::string_view text, std::string_view quoted) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text.substr(i));
    if (length == 0 || is_control(text.substr(i, length))) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
      i += 1;
      continue;
    }
    if (quoted.find(text[i]) != std::string_view::npos) {
      out += '\\';
    }
    out += text.substr(i, length);
    i += length;
  }
  return out;
}

}  // namespace

std::string printable(std::string_view text) {
  return escaped(text, "");
}

std::string one_line(std::string_view text) {
  std::string line;
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text.substr(i));
    const std::string_view sequence = text.substr(i, std::max<size_t>(length, 1));
    const bool is_blank = length > 0 && (is_control(sequence) || sequence == "\xEF\xBF\xBE" ||
                                         sequence == "\xEF\xBF\xBF");
    line += length == 0 ? "?" : is_blank ? " " : sequence;
    i += sequence.size();
  }
  return line;
}

std::string shell_word(std::string_view word) {
  if (!word.empty() &&
      word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "_-+=./:,@%^") == std::string_view::npos) {
    return std::string(word);
  }
  if (printable(word) != word) {
    return fmt::format("$'{}'", escaped(word, "'\\"));  // bash reads such escapes back.
  }
  std::string quoted = "'";
  for (const char c : word) {
    quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return quoted + "'";
}

}  // namespace multistate
