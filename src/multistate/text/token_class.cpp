#include "multistate/text/token_class.h"

#include <utf8proc.h>

#include "multistate/base/text.h"

namespace multistate {
namespace {

enum class Kind { kSpace, kNumeric, kMark, kUpperCase, kOther };

Kind kind_of(utf8proc_int32_t code_point) {
  if (code_point == ' ' || (code_point >= '\t' && code_point <= '\r')) {
    return Kind::kSpace;
  }
  const auto category = utf8proc_category(code_point);
  switch (category) {
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return Kind::kNumeric;
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LT:
      return Kind::kUpperCase;
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return Kind::kSpace;
    default:
      // utf8proc lists punctuation, then symbols, without a gap.
      return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_SO ? Kind::kMark
                                                                                  : Kind::kOther;
  }
}

}  // namespace

TokenClass token_class(std::string_view text) {
  if (text.find_first_of("\r\n") != std::string_view::npos) {
    return TokenClass::kNewline;
  }
  bool numeric = false;
  bool only_marks = true;
  bool capitalised = false;
  bool first = true;
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(text.substr(i));
    if (length == 0) {
      return TokenClass::kOther;
    }
    utf8proc_int32_t code_point = 0;
    utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + i),
                     static_cast<utf8proc_ssize_t>(length), &code_point);
    const Kind kind = kind_of(code_point);
    i += length;
    if (kind == Kind::kSpace) {
      continue;
    }
    numeric = numeric || kind == Kind::kNumeric;
    only_marks = only_marks && kind == Kind::kMark;
    capitalised = capitalised || (first && kind == Kind::kUpperCase);
    first = false;
  }
  if (numeric) {
    return TokenClass::kDigit;
  }
  if (only_marks && !first) {
    return TokenClass::kPunctuation;
  }
  return capitalised ? TokenClass::kCapitalised : TokenClass::kOther;
}

}  // namespace multistate
