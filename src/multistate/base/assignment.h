#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace multistate {

/// The linear assignment problem: gives every row another column so that the sum of their costs is
/// least. `cost` [rows][columns], finite or +infinity for a pair that is not allowed. Returns the
/// column of each row. Exact, by shortest augmenting paths (Jonker and Volgenant, Computing 38,
/// 1987), in O(rows^2 columns). Throws std::invalid_argument when no assignment is allowed.
std::vector<int64_t> min_cost_assignment(int64_t rows, int64_t columns,
                                         std::span<const double> cost);

}  // namespace multistate
