#include "multistate/scoring/unicode.h"

#include <algorithm>
#include <array>
#include <iterator>

#include <utf8proc.h>

#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kCapitalSigma = 0x3A3;
constexpr char32_t kSigma = 0x3C3;
constexpr char32_t kFinalSigma = 0x3C2;
constexpr char32_t kCapitalDottedI = 0x130;

struct CodeRange {
  char32_t first;
  char32_t last;
};

/// The property Cased of what is neither a letter of a case nor a modifier letter.
constexpr std::array kOtherCased = {CodeRange{0xAA, 0xAA},       CodeRange{0xBA, 0xBA},
                                    CodeRange{0x2160, 0x217F},   CodeRange{0x24B6, 0x24E9},
                                    CodeRange{0x1F130, 0x1F149}, CodeRange{0x1F150, 0x1F169},
                                    CodeRange{0x1F170, 0x1F189}};

/// Case_Ignorable by the property Word_Break: MidLetter, MidNumLet and Single_Quote.
constexpr std::u32string_view kWordMiddles =
    U"\x27\x2E\x3A\xB7\u0387\u055F\u05F4\u2018\u2019\u2024\u2027\uFE13\uFE52\uFE55\uFF07\uFF0E"
    U"\uFF1A";

utf8proc_category_t category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}

bool is_cased(char32_t c) {
  switch (category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
      return true;
    default:
      return std::any_of(kOtherCased.begin(), kOtherCased.end(), [c](const CodeRange& range) {
        return c >= range.first && c <= range.last;
      });
  }
}

bool is_case_ignorable(char32_t c) {
  switch (category(c)) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return kWordMiddles.find(c) != std::u32string_view::npos;
  }
}

/// The condition Final_Sigma of the Unicode Standard, section 3.13.
bool is_final(std::u32string_view text, size_t place) {
  const auto before = std::find_if_not(std::make_reverse_iterator(text.begin() + place),
                                       text.rend(), is_case_ignorable);
  const auto* after = std::find_if_not(text.begin() + place + 1, text.end(), is_case_ignorable);
  return before != text.rend() && is_cased(*before) && (after == text.end() || !is_cased(*after));
}

}  // namespace

std::u32string code_points(std::string_view text) {
  std::u32string points;
  size_t i = 0;
  while (i < text.size()) {
    const size_t length = utf8_length(text.substr(i));
    auto point = static_cast<utf8proc_int32_t>(kReplacement);
    if (length > 0) {
      utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + i),
                       static_cast<utf8proc_ssize_t>(length), &point);
    }
    points += static_cast<char32_t>(point);
    i += std::max<size_t>(length, 1);
  }
  return points;
}

std::string to_utf8(std::u32string_view text) {
  std::string bytes;
  for (const char32_t c : text) {
    std::array<utf8proc_uint8_t, 4> buffer = {};
    const auto length = utf8proc_encode_char(static_cast<utf8proc_int32_t>(c), buffer.data());
    bytes.append(reinterpret_cast<const char*>(buffer.data()), static_cast<size_t>(length));
  }
  return bytes;
}

std::u32string lower_case(std::u32string_view text) {
  std::u32string lower;
  lower.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == kCapitalDottedI) {
      lower += U"i\u0307";
    } else if (text[i] == kCapitalSigma) {
      lower += is_final(text, i) ? kFinalSigma : kSigma;
    } else {
      lower += static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(text[i])));
    }
  }
  return lower;
}

bool is_space(char32_t c) {
  // White space, and the separators of ASCII, which Python counts among it.
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 ||
         c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
         c == 0x205F || c == 0x3000;
}

bool is_word(char32_t c) {
  switch (category(c)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return true;
    default:
      return c == U'_';
  }
}

std::optional<int> digit_value(char32_t c) {
  if (category(c) != UTF8PROC_CATEGORY_ND) {
    return std::nullopt;
  }
  // Decimal digits stand in tens from 0 to 9, and runs of them begin with a 0 (Unicode Standard,
  // section 4.6).
  int value = 0;
  while (category(--c) == UTF8PROC_CATEGORY_ND) {
    ++value;
  }
  return value % 10;
}

std::vector<std::u32string> split_at_space(std::u32string_view text) {
  std::vector<std::u32string> words;
  bool inside = false;
  for (const char32_t c : text) {
    if (is_space(c)) {
      inside = false;
      continue;
    }
    if (!inside) {
      words.emplace_back();
    }
    words.back() += c;
    inside = true;
  }
  return words;
}

std::vector<std::u32string> split_at(std::u32string_view text, char32_t separator) {
  std::vector<std::u32string> pieces(1);
  for (const char32_t c : text) {
    if (c == separator) {
      pieces.emplace_back();
    } else {
      pieces.back() += c;
    }
  }
  return pieces;
}

}  // namespace multistate
