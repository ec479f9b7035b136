#pragma once

#include <string>
#include <vector>

#include "multistate/config/node.h"

namespace multistate {

struct GridAxis {
  std::string key;  ///< With dots: "policy.name".
  Node values;      ///< A list with at least one item.
  Mark mark;        ///< Of the key.
};

/// `sweep` of a sweep file, checked by itself.
struct SweepSection {
  bool has_parameters = false;  ///< Also when there are no axes in it.
  std::vector<GridAxis> axes;
  std::vector<Node> include;  ///< Maps of dotted keys to scalars, not empty.
  std::vector<Node> exclude;  ///< The same.
};

/// Throws InputError with the mark of what is wrong. `sweep` may be nullptr or a null node: no
/// sweep.
SweepSection read_sweep_section(const Node* sweep);

}  // namespace multistate
