#include "multistate/sweep/earlier_results.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/text.h"

namespace multistate {

void EarlierResults::add(const nlohmann::json& result) {
  ++cells;
  const auto context = result.value("context", nlohmann::json::object());
  const auto machine = context.value("machine", nlohmann::json::object());
  machines.insert(
      fmt::format("{} ({})", machine.value("host", "unknown"), machine.value("cpu", "unknown")));
  const std::string finished = context.value("finished", "");
  if (finished.empty()) {
    return;
  }
  // UTC in a fixed form: the order of texts is that of times.
  oldest = oldest.empty() ? finished : std::min(oldest, finished);
  newest = std::max(newest, finished);
}

std::string EarlierResults::text() const {
  if (cells == 0) {
    return "0 already there";
  }
  const std::vector<std::string> names(machines.begin(), machines.end());
  return fmt::format("{} already there ({}, {})", cells, join(names),
                     oldest == newest ? newest : oldest + " to " + newest);
}

}  // namespace multistate
