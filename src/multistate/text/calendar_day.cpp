#include "multistate/text/calendar_day.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr std::string_view kShape = "0000-00-00";
constexpr std::array<const char*, 12> kMonths = {"January",   "February", "March",    "April",
                                                 "May",       "June",     "July",     "August",
                                                 "September", "October",  "November", "December"};

bool has_shape(std::string_view day) {
  const auto fits = [](char c, char shape) {
    return shape == '0' ? c >= '0' && c <= '9' : c == shape;
  };
  return day.size() == kShape.size() && std::equal(day.begin(), day.end(), kShape.begin(), fits);
}

bool is_day(const std::string& day) {
  if (!has_shape(day)) {
    return false;
  }
  const auto number = [&](size_t at, size_t size) { return std::stoul(day.substr(at, size)); };
  return number(0, 4) > 0 &&
         std::chrono::year_month_day(std::chrono::year(static_cast<int>(number(0, 4))),
                                     std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                     std::chrono::day(static_cast<unsigned>(number(8, 2))))
             .ok();
}

/// What a letter behind "%" stands for.
std::string field(const std::string& day, char letter) {
  const std::string month = kMonths.at(std::stoul(day.substr(5, 2)) - 1);
  switch (letter) {
    case 'd':
      return day.substr(8, 2);
    case 'm':
      return day.substr(5, 2);
    case 'Y':
      return day.substr(0, 4);
    case 'b':
      return month.substr(0, 3);
    case 'B':
      return month;
    default:
      throw std::logic_error(fmt::format("day_text: no field %{}", letter));
  }
}

}  // namespace

void check_day(const std::string& day) {
  if (!is_day(day)) {
    throw InputError(fmt::format("{} is no day; expected one like 2026-01-31", in_quotes(day)));
  }
}

std::string day_text(const std::string& day, const std::string& form) {
  check_day(day);
  std::string text;
  for (size_t i = 0; i < form.size(); ++i) {
    if (form[i] == '%' && i + 1 < form.size()) {
      text += field(day, form[++i]);
    } else {
      text += form[i];
    }
  }
  return text;
}

}  // namespace multistate
