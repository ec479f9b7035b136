#include "multistate/text/calendar_day.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <iomanip>
#include <locale>
#include <optional>
#include <sstream>
#include <string_view>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr std::string_view kShape = "0000-00-00";

bool has_shape(std::string_view day) {
  const auto fits = [](char c, char shape) {
    return shape == '0' ? c >= '0' && c <= '9' : c == shape;
  };
  return day.size() == kShape.size() && std::equal(day.begin(), day.end(), kShape.begin(), fits);
}

/// None for what is no day.
std::optional<std::chrono::year_month_day> parsed(const std::string& day) {
  if (!has_shape(day)) {
    return std::nullopt;
  }
  const auto number = [&](size_t at, size_t size) { return std::stoi(day.substr(at, size)); };
  const std::chrono::year_month_day date(std::chrono::year(number(0, 4)),
                                         std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                         std::chrono::day(static_cast<unsigned>(number(8, 2))));
  return date.ok() && number(0, 4) > 0 ? std::optional(date) : std::nullopt;
}

std::chrono::year_month_day required(const std::string& day) {
  const auto date = parsed(day);
  if (!date) {
    throw InputError(fmt::format("{} is no day; expected one like 2026-01-31", in_quotes(day)));
  }
  return *date;
}

}  // namespace

void check_day(const std::string& day) {
  required(day);
}

std::string day_text(const std::string& day, const std::string& form) {
  const std::chrono::year_month_day date = required(day);
  std::tm fields = {};
  fields.tm_mday = static_cast<int>(static_cast<unsigned>(date.day()));
  fields.tm_mon = static_cast<int>(static_cast<unsigned>(date.month())) - 1;
  fields.tm_year = static_cast<int>(date.year()) - 1900;
  std::ostringstream text;
  text.imbue(std::locale::classic());
  text << std::put_time(&fields, form.c_str());
  return text.str();
}

}  // namespace multistate
