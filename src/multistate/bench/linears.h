#pragma once

#include <cstdint>

#include "multistate/model/transformer.h"

namespace multistate {

/// Seconds for the matrix products with all weights of the model, output head included, and nothing
/// else: no attention, no norms. What no evaluation of `tokens` tokens can beat on this machine.
double linears_seconds(const Transformer& model, int64_t tokens);

}  // namespace multistate
