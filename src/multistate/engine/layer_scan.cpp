#include "multistate/engine/layer_scan.h"

namespace multistate {

const LayerScan& scan_for(const PolicySetup& setup) {
  if (!setup.bounded()) {
    return causal_scan();  // Which selects rows, too.
  }
  // The block scan computes with rows as they are when they come, and where their places change it
  // knows logits only, not keys and queries.
  const bool sees_rotated = setup.reads_keys() || setup.reads_queries();
  return setup.faces.merging != nullptr || (setup.rotates_anew() && sees_rotated) ? token_scan()
                                                                                  : block_scan();
}

}  // namespace multistate
