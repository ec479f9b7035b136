#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "multistate/config/node.h"

namespace multistate {

constexpr int64_t kMaxGridCells = 100'000;

/// One point of a sweep: a sweep file with one value for every axis and no `sweep`.
struct GridCell {
  Node config;
  /// What distinguishes the cell: a value for each axis, or the keys of its `include` entry.
  std::vector<std::pair<std::string, Node>> parameters;
};

/// The cells of a sweep file, in this order: the cartesian product of `sweep.parameters` in the
/// order of the file, the last axis fastest, without what an `exclude` entry describes; then one
/// cell for each `include` entry, which is the base (the file without `sweep`) with the entry's
/// keys. A file without `sweep` is one cell; with `include` but without `sweep.parameters`, the
/// entries are the only cells.
///
/// An `exclude` entry removes the cells of the product that equal it in all of its keys. An entry
/// that removes none is an error, unless an override set one of its keys and so may have removed
/// the values that it names. Throws InputError, with the mark, for an invalid `sweep`, for a grid
/// without cells, and for more than kMaxGridCells.
std::vector<GridCell> expand_grid(const Node& sweep_file);

}  // namespace multistate
