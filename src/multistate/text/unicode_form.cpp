#include "multistate/text/unicode_form.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <vector>

#include <utf8proc.h>

#include "multistate/text/characters.h"

namespace multistate {
namespace {

using CodePoints = std::vector<utf8proc_int32_t>;

struct Options {
  bool compatibility = false;
  bool compose = false;
};

Options options_of(UnicodeForm::Form form) {
  using Form = UnicodeForm::Form;
  return {form == Form::kNfkc || form == Form::kNfkd, form == Form::kNfc || form == Form::kNfkc};
}

void append_decomposed(utf8proc_int32_t code_point, bool compatibility, CodePoints& all) {
  // The longest decomposition has 18 code points.
  std::array<utf8proc_int32_t, 32> parts{};
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_DECOMPOSE |
                                                      (compatibility ? UTF8PROC_COMPAT : 0));
  int boundary = UTF8PROC_BOUNDCLASS_START;
  const auto count = utf8proc_decompose_char(
      code_point, parts.data(), static_cast<utf8proc_ssize_t>(parts.size()), options, &boundary);
  all.insert(all.end(), parts.begin(), parts.begin() + count);
}

int combining_class(utf8proc_int32_t code_point) {
  return utf8proc_get_property(code_point)->combining_class;
}

/// Runs of marks by their combining class; equal ones stay in order.
void order_marks(CodePoints& all) {
  for (auto begin = all.begin(); begin != all.end();) {
    if (combining_class(*begin) == 0) {
      ++begin;
      continue;
    }
    const auto end =
        std::find_if(begin, all.end(), [](auto code) { return combining_class(code) == 0; });
    std::stable_sort(begin, end, [](auto left, auto right) {
      return combining_class(left) < combining_class(right);
    });
    begin = end;
  }
}

}  // namespace

std::string to_form(UnicodeForm::Form form, std::string text) {
  const bool ascii = std::all_of(text.begin(), text.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) {
    return text;
  }
  const Options options = options_of(form);
  CodePoints all;
  all.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const Character character = character_at(text, i);
    append_decomposed(character.code_point, options.compatibility, all);
    i += character.size;
  }
  order_marks(all);
  if (options.compose) {
    const auto count = utf8proc_normalize_utf32(
        all.data(), static_cast<utf8proc_ssize_t>(all.size()),
        static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
    all.resize(static_cast<size_t>(count));
  }
  std::string normalized;
  normalized.reserve(text.size());
  for (const auto code_point : all) {
    append_utf8(code_point, normalized);
  }
  return normalized;
}

}  // namespace multistate
