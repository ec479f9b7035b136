#include "multistate/sweep/earlier_results.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/text.h"

namespace multistate {
namespace {

/// The text in this place; another one where there is none.
std::string text_at(const nlohmann::json& result, const char* place, const char* otherwise) {
  const nlohmann::json::json_pointer pointer(place);
  return result.contains(pointer) && result.at(pointer).is_string()
             ? result.at(pointer).get<std::string>()
             : otherwise;
}

}  // namespace

void EarlierResults::add(const nlohmann::json& result) {
  ++cells;
  machines.insert(fmt::format("{} ({})", text_at(result, "/context/machine/host", "unknown"),
                              text_at(result, "/context/machine/cpu", "unknown")));
  const std::string finished = text_at(result, "/context/finished", "");
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
