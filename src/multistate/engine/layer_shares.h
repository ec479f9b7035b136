#pragma once

#include <span>
#include <vector>

#include "multistate/engine/layer_state.h"

namespace multistate {

/// Gives each set of rows what its policy shares out among the sets of the layers it acts on.
/// `measures`: by layer what was measured of its sets, set by set; none where nothing was. Throws
/// PolicyError when a policy shares out more rows than there are, InputError when a set gets fewer
/// than it protects.
void share_out_rows(std::span<const std::vector<float>> measures, std::span<LayerState> layers);

/// Measures and shares out where a policy does so at the start of a sample.
void share_out_first(std::span<LayerState> layers);

/// What the policy of `setup` gives so many sets with these measures. Throws PolicyError as above.
std::vector<int64_t> shares_of(const PolicySetup& setup, std::span<const float> measures,
                               int64_t sets);

}  // namespace multistate
