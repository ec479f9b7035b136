#include "multistate/cli/number_checks.h"

#include <charconv>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "multistate/base/text.h"

namespace multistate {
namespace {

/// The number that is the whole of `text`.
template <class Number>
std::optional<Number> number_in(const std::string& text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, number);
  return error == std::errc() && last == end ? std::optional(number) : std::nullopt;
}

template <class Number>
CLI::Validator number_check(const char* kind, Number least, Number most) {
  return {[=](std::string& text) {
            const auto number = number_in<Number>(text);
            return number && *number >= least && *number <= most
                       ? std::string()
                       : fmt::format("expected {} from {} to {}, found {}", kind, least, most,
                                     in_quotes(text));
          },
          fmt::format("{} - {}", least, most)};
}

}  // namespace

CLI::Validator whole_number(int64_t least, int64_t most) {
  return number_check<int64_t>("an integer", least, most);
}

CLI::Validator number_within(double least, double most) {
  return number_check<double>("a number", least, most);
}

}  // namespace multistate
