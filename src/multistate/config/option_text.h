#pragma once

#include <limits>
#include <string>
#include <type_traits>

#include <fmt/format.h>

#include "multistate/base/largest_count.h"
#include "multistate/config/options.h"
#include "multistate/config/scalar.h"

namespace multistate {

template <class T>
std::string limit_text(T limit) {
  if constexpr (std::is_floating_point_v<T>) {
    return shortest_text(limit);
  } else {
    // 1099511627776 says nothing to a reader.
    return limit == kLargestCount ? "2^40" : fmt::format("{}", limit);
  }
}

/// "0 to 1", "1 or more", "at most 9", or "" for a range as wide as its type.
template <class T>
std::string range_text(const Range<T>& range) {
  const bool has_low = range.low > std::numeric_limits<T>::lowest();
  const bool has_high = range.high < std::numeric_limits<T>::max();
  if (has_low && has_high) {
    return fmt::format("{} to {}", limit_text(range.low), limit_text(range.high));
  }
  if (has_low) {
    return fmt::format("{} or more", limit_text(range.low));
  }
  return has_high ? fmt::format("at most {}", limit_text(range.high)) : "";
}

/// What a message expects: "an integer from 0 to 9", "an integer, 0 or more", "a number".
template <class T>
std::string expectation(const char* type, const Range<T>& range) {
  const std::string text = range_text(range);
  if (text.empty()) {
    return type;
  }
  const bool has_both = text.find(" to ") != std::string::npos;
  return fmt::format("{}{}{}", type, has_both ? " from " : ", ", text);
}

}  // namespace multistate
