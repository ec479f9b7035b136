#pragma once

#include <string>

namespace multistate {

/// Days are texts, "2026-01-31". These throw InputError, which says what is expected, for any other
/// text and for days that no calendar has.

void check_day(const std::string& day);

/// The day as strftime writes it in the locale C: "%B %d, %Y" is "January 02, 2026". Fields that
/// want more than a day (%A, %H) are not right.
std::string day_text(const std::string& day, const std::string& form);

}  // namespace multistate
