#pragma once

#include <string>

#include "multistate/text/tokenizer_steps.h"

namespace multistate {

/// Valid UTF-8 in a normalization form. Takes n log n steps for n marks in a row, where utf8proc by
/// itself takes n^2.
std::string to_form(UnicodeForm::Form form, std::string text);

}  // namespace multistate
