#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace multistate {

/// What a sweep measured of a policy at one state size.
struct MeasuredCell {
  std::string perplexity;  ///< "42.4 ± 1.9"
  double state_bytes = 0;  ///< At the peak.
};

/// The cells of a language-modelling sweep by policy and state size (0 for those that keep every
/// row); of a policy's cells those whose options differ least from the defaults. Cells of another
/// version of a policy are left out.
struct MeasuredPolicies {
  std::vector<int64_t> state_sizes;  ///< Ascending, without 0.
  std::map<std::string, std::map<int64_t, MeasuredCell>> cells;

  /// nullptr when the sweep has no such cell.
  const MeasuredCell* find(const std::string& policy, int64_t state_size) const;
};

/// Reads the sweep in `folder`. Throws InputError when it is none, or holds no finished cell with a
/// perplexity.
MeasuredPolicies read_measured_policies(const std::filesystem::path& folder);

}  // namespace multistate
