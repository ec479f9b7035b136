#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/text.h"
#include "multistate/config/override.h"
#include "multistate/config/override_values.h"

namespace multistate {
namespace {

/// Text that marks and JSON can hold as it is.
bool is_printable(std::string_view text) {
  while (!text.empty()) {
    const auto byte = static_cast<unsigned char>(text.front());
    const size_t length = utf8_length(text);
    if (length == 0 || byte < 0x20 || byte == 0x7F) {
      return false;
    }
    text.remove_prefix(length);
  }
  return true;
}

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

void check_key(const Override& change) {
  const std::string& key = change.key;
  if (key.empty()) {
    throw InputError(fmt::format("{}: the key is empty", change.mark.text));
  }
  if (!std::all_of(key.begin(), key.end(), is_key_character)) {
    throw InputError(fmt::format("{}: the key {} may hold letters, digits, '_', '-' and '.' only",
                                 change.mark.text, in_quotes(key)));
  }
  if (key.front() == '.' || key.back() == '.' || key.find("..") != std::string::npos) {
    throw InputError(
        fmt::format("{}: the key {} has an empty part", change.mark.text, in_quotes(key)));
  }
}

}  // namespace

Override parse_override(std::string_view argument) {
  if (!is_printable(argument)) {
    throw InputError(
        fmt::format("command line: {}: control characters and invalid UTF-8 are not allowed",
                    in_quotes(argument)));
  }
  Override change;
  change.mark = {fmt::format("command line: {}", argument), true};
  const size_t equals = argument.find('=');
  if (argument.starts_with('~')) {
    change.kind = Override::Kind::kDelete;
    change.key = argument.substr(1);
    if (equals != std::string_view::npos) {
      throw InputError(fmt::format("{}: a key is deleted without a value: {}", change.mark.text,
                                   argument.substr(0, equals)));
    }
  } else if (equals == std::string_view::npos) {
    throw InputError(fmt::format("{}: expected key=value or ~key", change.mark.text));
  } else if (argument.starts_with('+')) {
    throw InputError(fmt::format("{}: leave out the +; a key need not be in the file to be set",
                                 change.mark.text));
  } else {
    change.key = argument.substr(0, equals);
  }
  check_key(change);
  if (change.kind != Override::Kind::kDelete) {
    change.values = parse_override_values(argument.substr(equals + 1), change.mark);
  }
  return change;
}

}  // namespace multistate
