#pragma once

#include <string>
#include <vector>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// Two cells whose texts are judged beside each other: indices into Collection::cells.
struct CellPair {
  size_t cell = 0;
  size_t against = 0;
};

/// Of `cells` (indices) each that is done and not itself labelled `against`, with the cell labelled
/// so that made texts from the same: all parameters are equal but the policy's, the state size and,
/// where one of the two draws nothing, the seed. Throws InputError when a cell has no such partner
/// or more than one, and when there is nothing to compare.
std::vector<CellPair> comparisons_against(const Collection& collection,
                                          const std::vector<size_t>& cells,
                                          const std::string& against);

/// "tova k=256 (3f2a90c1)"; for people.
std::string name_of(const Cell& cell);

}  // namespace multistate::aggregate
