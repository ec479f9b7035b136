#pragma once

#include <cstdint>
#include <set>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace multistate {

/// Results that a run found already there, and where they come from.
struct EarlierResults {
  int64_t cells = 0;
  std::set<std::string> machines;  ///< "vm (Intel(R) Xeon(R) Processor)".
  std::string oldest;              ///< When the first of them was finished; empty when unknown.
  std::string newest;

  /// The content of a result.json.
  void add(const nlohmann::json& result);

  /// "25 already there (vm (a CPU), 2026-11-24T16:47:42Z to 2026-11-24T17:01:10Z)".
  std::string text() const;
};

}  // namespace multistate
