#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "multistate/conformance/naive_scan.h"
#include "multistate/engine/layer_scan.h"

namespace multistate {

struct ScanRun {
  std::vector<float> attended;  ///< [T][H][D]
  std::vector<LayerState::Set> sets;
};

/// One layer of `scan` from an empty state. `calls`: the tokens are handed over in that many
/// pieces.
ScanRun run_scan(const LayerScan& scan, const NaiveInputs& inputs, const PolicySetup& setup,
                 SampleSeed seed = {}, int64_t calls = 1);

/// A setup of a registered policy and a name for messages.
struct PolicyCase {
  std::string name;
  PolicySetup setup;
};

/// Every registered policy at state size k: in both scopes, with and without protected rows,
/// evicting at every step and at every third; each as far as k allows. Policies that keep
/// everything once.
std::vector<PolicyCase> policy_cases(int64_t state_size);

}  // namespace multistate
