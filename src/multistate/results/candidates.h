#pragma once

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace multistate {

/// A policy that holds more bytes at its peak than this times those of the policy in the middle of
/// its state size has another budget than the others.
inline constexpr double kMoreMemory = 1.1;

/// A policy at a state size, of which some compete for being the best (judge()).
struct Entrant {
  std::string label;
  std::string role = "policy";       ///< policy.role of a result.
  std::optional<double> peak_bytes;  ///< Of its state; none: not known.
  bool limited = false;              ///< Ran only the first of the samples (--limit).
};

struct Field {
  std::vector<size_t> ranked;                              ///< Those that compete, in order.
  std::vector<std::pair<size_t, std::string>> not_ranked;  ///< The others, and why.
};

/// Policies and controls compete. Not ranked are baselines, references (they see later tokens),
/// what holds more memory at its peak than the others (kMoreMemory), and what ran fewer samples
/// than the rest.
Field choose_field(std::span<const Entrant> entrants);

}  // namespace multistate
