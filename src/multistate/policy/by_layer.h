#pragma once

#include "multistate/policy/setup.h"

namespace multistate {

/// Policies by layer: `policy: {layers: {"0-1": full, "2-": {name: tova, sinks: 4}}}`. Ranges of
/// layers, counted from 0, both ends included, in order and without gaps; the last one may be open.
/// Each is a policy's name, or a map of its name and options, and has a setup of its own: its own
/// faces, common options, scan and bytes. Layer budgets are shared out within a range.

/// Whether some policy in the map `ranges` takes a state size. Throws InputError as
/// set_up_by_layer().
bool by_layer_has_size(const Node& ranges);

/// The setups of all ranges; `state_size` is that of each. The role in comparisons is reference if
/// any range has that, else control, else policy, else baseline. Throws InputError with the mark of
/// what is wrong; the caller checks for members that no option asked for.
PolicySetup set_up_by_layer(const Node& ranges, int64_t state_size);

/// Throws InputError where ranges and the layers of a model do not fit.
void check_layers(const PolicySetup& setup, int64_t layers);

/// All policies that a setup is made of: its own, its bases, those of ranges of layers.
std::vector<const PolicyEntry*> entries_of(const PolicySetup& setup);

/// "name", "version", every option, and "base_versions" of bases that are not at version 1: what a
/// setup is, but for its state size.
nlohmann::json to_json(const PolicySetup& setup);

}  // namespace multistate
