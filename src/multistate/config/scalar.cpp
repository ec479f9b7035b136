#include "multistate/config/scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace multistate {
namespace {

size_t count_digits(std::string_view text) {
  return std::min(text.find_first_not_of("0123456789"), text.size());
}

/// Takes a fraction (".5") off the front of `text`; the number of its digits.
size_t skip_fraction(std::string_view& text) {
  if (!text.starts_with('.')) {
    return 0;
  }
  const size_t digits = count_digits(text.substr(1));
  text.remove_prefix(1 + digits);
  return digits;
}

bool is_exponent(std::string_view text) {
  if (!text.starts_with('e') && !text.starts_with('E')) {
    return text.empty();
  }
  text.remove_prefix(1);
  if (text.starts_with('+') || text.starts_with('-')) {
    text.remove_prefix(1);
  }
  return !text.empty() && count_digits(text) == text.size();
}

/// `text` without its plus sign, when it is a decimal number, else "".
std::string_view decimal(std::string_view text, bool with_fraction) {
  std::string_view rest = text;
  if (rest.starts_with('-') || rest.starts_with('+')) {
    rest.remove_prefix(1);
  }
  if (text.starts_with('+')) {
    text = rest;  // std::from_chars takes no plus sign.
  }
  const size_t digits = count_digits(rest);
  if (digits > 1 && rest.front() == '0') {
    return {};
  }
  rest.remove_prefix(digits);
  if (!with_fraction) {
    return digits > 0 && rest.empty() ? text : std::string_view{};
  }
  const size_t all_digits = digits + skip_fraction(rest);
  return all_digits > 0 && is_exponent(rest) ? text : std::string_view{};
}

template <class T>
std::optional<T> convert(std::string_view text) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::optional<int64_t> parse_integer(std::string_view text) {
  return convert<int64_t>(decimal(text, false));
}

std::optional<double> parse_number(std::string_view text) {
  const std::optional<double> value = convert<double>(decimal(text, true));
  return value.has_value() && std::isfinite(*value) ? value : std::nullopt;
}

std::string shortest_text(double value) {
  std::array<char, 32> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value);
  return {buffer.data(), end};
}

}  // namespace multistate
