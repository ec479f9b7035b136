#include "multistate/engine/layer_scan.h"

namespace multistate {

const LayerScan& scan_for(const PolicySetup& setup) {
  if (!setup.bounded()) {
    return causal_scan();
  }
  // The block scan computes with rows as they are when they come.
  return setup.needs.merges || setup.rotates_anew() ? token_scan() : block_scan();
}

}  // namespace multistate
