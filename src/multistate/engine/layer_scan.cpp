#include "multistate/engine/layer_scan.h"

namespace multistate {

const LayerScan& scan_for(const PolicySetup& setup) {
  return setup.bounded() ? block_scan() : causal_scan();
}

}  // namespace multistate
