#include "multistate/engine/layer_scan.h"

namespace multistate {

const LayerScan& scan_for(const PolicySetup& setup) {
  if (!setup.bounded()) {
    return causal_scan();
  }
  // The block scan computes with the rows as they are at the block's start.
  return setup.needs.merges ? token_scan() : block_scan();
}

}  // namespace multistate
