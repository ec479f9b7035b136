#include "multistate/config/options.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "multistate/base/text.h"

namespace multistate {
namespace {

/// 0.29 * 100 is a hair below 29 in binary; what the user wrote is not.
constexpr double kRounding = 1e-9;

}  // namespace

int64_t RowCount::rows(int64_t state_size) const {
  if (const auto* count = std::get_if<int64_t>(&value)) {
    return *count;
  }
  return static_cast<int64_t>(
      std::floor(std::get<double>(value) * static_cast<double>(state_size) + kRounding));
}

void OptionVisitor::choice(const char* name, std::string& value, std::span<const std::string> names,
                           const char* help) {
  const auto chosen = std::find(names.begin(), names.end(), value);
  auto index = static_cast<size_t>(chosen - names.begin());
  choose(name, index, names, help);
  value = names[index];
}

void reject_unknown(const Node& node, std::span<const std::string> known, std::string_view prefix) {
  for (const auto& [key, value] : node.entries()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) {
      continue;
    }
    const std::string near = nearest(key, known);
    const std::string hint = near.empty() ? fmt::format("; known: {}", join(known))
                                          : fmt::format("; did you mean '{}{}'?", prefix, near);
    throw InputError(fmt::format("{}: unknown key {}{}", value.key_mark().text,
                                 in_quotes(fmt::format("{}{}", prefix, key)), hint));
  }
}

}  // namespace multistate
