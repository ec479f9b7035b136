#pragma once

#include <string>

namespace multistate {

/// Days are texts, "2026-01-31". These throw InputError, which says what is expected, for any other
/// text and for days that no calendar has.

void check_day(const std::string& day);

/// The day in English as strftime writes it: %d %m %Y, %b (Jan) and %B (January); all else as it
/// is.
std::string day_text(const std::string& day, const std::string& form);

}  // namespace multistate
