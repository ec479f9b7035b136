#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "multistate/results/stored_cell.h"

namespace multistate {

/// A policy whose peak bytes exceed those of the median policy at its cache size by more than this
/// factor has another budget than the others.
inline constexpr double kMoreMemory = 1.1;

/// A policy at a cache size, some of which compete to be the best (judge()).
struct Entrant {
  std::string label;
  std::string role = "policy";       ///< policy.role of a result.
  std::optional<double> peak_bytes;  ///< Of its state; none: not known.
  bool limited = false;              ///< Ran only the first of the samples (--limit).
};

/// What the files of a policy at a cache size say of it, of several seeds with the highest peak.
/// `cells`: one or more, which are done.
Entrant entrant_of(const std::string& label, std::span<const StoredCell* const> cells);

struct Field {
  std::vector<size_t> ranked;                              ///< Those that compete, in order.
  std::vector<std::pair<size_t, std::string>> not_ranked;  ///< The others, and why.
};

/// Policies and controls compete. Not ranked are baselines, references (they see later tokens),
/// policies with a higher peak memory than the others (kMoreMemory), and those that ran fewer
/// samples than the rest.
Field choose_field(std::span<const Entrant> entrants);

}  // namespace multistate
