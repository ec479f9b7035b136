#include "multistate/results/candidates.h"

#include <algorithm>

#include <fmt/format.h>

#include "multistate/base/text.h"

namespace multistate {
namespace {

bool has_part(const Entrant& entrant) {
  return entrant.role != "baseline" && entrant.role != "reference";
}

/// Bytes of the one in the middle (the lower of two) of those that may compete.
std::optional<double> middle_bytes(std::span<const Entrant> entrants) {
  std::vector<double> bytes;
  for (const Entrant& entrant : entrants) {
    if (has_part(entrant) && entrant.peak_bytes) {
      bytes.push_back(*entrant.peak_bytes);
    }
  }
  if (bytes.empty()) {
    return std::nullopt;
  }
  std::sort(bytes.begin(), bytes.end());
  return bytes[(bytes.size() - 1) / 2];
}

/// Why it is not ranked beside the others; empty: it is.
std::string objection_to(const Entrant& entrant, const std::optional<double>& middle,
                         bool all_limited) {
  if (!has_part(entrant)) {
    return entrant.role == "baseline" ? "a baseline" : "an upper reference";
  }
  if (entrant.limited && !all_limited) {
    return "ran only the first of the samples (--limit)";
  }
  if (entrant.peak_bytes && middle && *entrant.peak_bytes > kMoreMemory * *middle) {
    return fmt::format("holds {} at its peak, the policy in the middle {}",
                       human_bytes(*entrant.peak_bytes), human_bytes(*middle));
  }
  return "";
}

}  // namespace

Entrant entrant_of(const std::string& label, std::span<const StoredCell* const> cells) {
  const StoredCell& first = *cells.front();
  Entrant entrant = {label, std::string(name_of(first.role)), 0.0, first.limited};
  for (const StoredCell* cell : cells) {
    const auto peak = cell->measures.find("bytes_peak");
    if (peak == cell->measures.end()) {
      entrant.peak_bytes = std::nullopt;
      break;
    }
    entrant.peak_bytes = std::max(*entrant.peak_bytes, peak->second);
  }
  return entrant;
}

Field choose_field(std::span<const Entrant> entrants) {
  const auto middle = middle_bytes(entrants);
  const bool all_limited =
      std::all_of(entrants.begin(), entrants.end(),
                  [](const Entrant& entrant) { return !has_part(entrant) || entrant.limited; });
  Field field;
  for (size_t i = 0; i < entrants.size(); ++i) {
    if (std::string why = objection_to(entrants[i], middle, all_limited); why.empty()) {
      field.ranked.push_back(i);
    } else {
      field.not_ranked.emplace_back(i, std::move(why));
    }
  }
  return field;
}

}  // namespace multistate
