#include "aggregate/reading/plain_text.h"

#include <algorithm>
#include <string_view>

#include "multistate/base/text.h"

namespace multistate::aggregate {
namespace {

/// U+0080 to U+009F, which a terminal obeys, and U+FFFE and U+FFFF, which are not for XML.
bool is_control(std::string_view sequence) {
  return (sequence.size() == 1 &&
          (static_cast<unsigned char>(sequence[0]) < 0x20 || sequence[0] == 0x7f)) ||
         (sequence.size() == 2 && sequence[0] == '\xC2' &&
          static_cast<unsigned char>(sequence[1]) < 0xA0) ||
         sequence == "\xEF\xBF\xBE" || sequence == "\xEF\xBF\xBF";
}

}  // namespace

std::string plain_text(const nlohmann::json& value) {
  const std::string text =
      value.is_string() ? value.get<std::string>()
                        : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string plain;
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(std::string_view(text).substr(i));
    const std::string_view sequence = std::string_view(text).substr(i, std::max<size_t>(length, 1));
    if (length == 0) {
      plain += '?';
    } else if (is_control(sequence)) {
      plain += ' ';
    } else {
      plain += sequence;
    }
    i += sequence.size();
  }
  return plain;
}

}  // namespace multistate::aggregate
