#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "multistate/base/text.h"
#include "multistate/config/grid.h"
#include "multistate/config/override_values.h"
#include "multistate/config/scalar.h"

namespace multistate {
namespace {

/// (0.5 - 0.1) / 0.1 is a hair above 4 in binary.
constexpr double kStepRounding = 1e-9;

[[noreturn]] void fail(const Mark& mark, const std::string& message) {
  throw InputError(fmt::format("{}: {}", mark.text, message));
}

std::vector<std::string_view> split_arguments(std::string_view text) {
  std::vector<std::string_view> parts;
  for (size_t start = 0; start <= text.size();) {
    const size_t end = std::min(text.find(',', start), text.size());
    std::string_view part = text.substr(start, end - start);
    part.remove_prefix(std::min(part.find_first_not_of(' '), part.size()));
    parts.push_back(part.substr(0, part.find_last_not_of(' ') + 1));
    start = end + 1;
  }
  return parts;
}

/// All arguments as T; empty when one of them is not.
template <class T, class Parse>
std::vector<T> convert(const std::vector<std::string_view>& arguments, const Parse& parse) {
  std::vector<T> numbers;
  for (const std::string_view argument : arguments) {
    const auto number = parse(argument);
    if (!number) {
      return {};
    }
    numbers.push_back(*number);
  }
  return numbers;
}

template <class T>
struct Bounds {
  T start = 0;
  T stop = 0;
  T step = 1;
};

template <class T>
Bounds<T> bounds_of(const std::vector<T>& numbers, const Mark& mark) {
  Bounds<T> bounds;
  bounds.start = numbers.size() == 1 ? T{0} : numbers[0];
  bounds.stop = numbers.size() == 1 ? numbers[0] : numbers[1];
  bounds.step = numbers.size() == 3 ? numbers[2] : T{1};
  if (bounds.step == T{0}) {
    fail(mark, "the step of a range cannot be 0");
  }
  if (bounds.step > T{0} ? bounds.start >= bounds.stop : bounds.start <= bounds.stop) {
    fail(mark, "the range is empty: its stop, which is left out, does not lie beyond its start");
  }
  return bounds;
}

void check_count(bool fits, const Mark& mark) {
  if (!fits) {
    fail(mark, fmt::format("the range has more than {} values", human_count(kMaxGridCells)));
  }
}

/// Unsigned arithmetic: the distance of two integers need not fit in a signed one.
std::vector<Node> integers(const Bounds<int64_t>& bounds, const Mark& mark) {
  const auto start = static_cast<uint64_t>(bounds.start);
  const auto stop = static_cast<uint64_t>(bounds.stop);
  const auto step = static_cast<uint64_t>(bounds.step);
  const bool up = bounds.step > 0;
  const uint64_t last = ((up ? stop - start : start - stop) - 1) / (up ? step : uint64_t{0} - step);
  check_count(last < static_cast<uint64_t>(kMaxGridCells), mark);
  std::vector<Node> values;
  for (uint64_t i = 0; i <= last; ++i) {
    values.push_back(Node::scalar(fmt::format("{}", static_cast<int64_t>(start + i * step)), mark));
  }
  return values;
}

/// Fifteen digits: all that a decimal number keeps on its way through a double, so 3 * 0.1 is 0.3.
std::vector<Node> decimals(const Bounds<double>& bounds, const Mark& mark) {
  const double count = std::ceil((bounds.stop - bounds.start) / bounds.step - kStepRounding);
  check_count(count <= static_cast<double>(kMaxGridCells), mark);
  std::vector<Node> values;
  for (int64_t i = 0; i < std::max<int64_t>(1, static_cast<int64_t>(count)); ++i) {
    const double value = bounds.start + static_cast<double>(i) * bounds.step;
    values.push_back(Node::scalar(fmt::format("{:.15g}", value), mark));
  }
  return values;
}

}  // namespace

std::vector<Node> parse_override_range(std::string_view arguments, const Mark& mark) {
  const std::vector<std::string_view> parts = split_arguments(arguments);
  if (parts.size() > 3) {
    fail(mark, fmt::format("range takes one to three numbers (start, stop, step), found {}",
                           parts.size()));
  }
  if (const auto numbers = convert<int64_t>(parts, parse_integer); !numbers.empty()) {
    return integers(bounds_of(numbers, mark), mark);
  }
  const auto numbers = convert<double>(parts, parse_number);
  if (numbers.empty()) {
    fail(mark, fmt::format("range takes one to three numbers (start, stop, step), found {}",
                           in_quotes(arguments)));
  }
  return decimals(bounds_of(numbers, mark), mark);
}

}  // namespace multistate
