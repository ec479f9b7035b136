#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// Which cells of two collections are the same.
struct SameCells {
  std::vector<std::pair<size_t, size_t>> pairs;  ///< In the order of a.
  std::vector<size_t> only_a;
  std::vector<size_t> only_b;
};

/// Cells of the same id first (wherever the model and data lay), then of the same parameters,
/// versions of policies and experiments aside. Of several cells with the same parameters on one
/// side, one that is done is taken.
SameCells same_cells(const Collection& a, const Collection& b);

/// Says which inputs of two cells differ, by their hashes: "the model differs (sha256 1a2b... and
/// 3c4d...)"; none when those that both recorded are equal.
std::optional<std::string> other_inputs(const Cell& a, const Cell& b);

}  // namespace multistate::aggregate
