#pragma once

#include <cstdint>

#include "multistate/model/transformer.h"

namespace multistate {

/// Seconds for the matrix products with all weights of the model, output head included, and nothing
/// else: no attention, no norms. What no evaluation of `tokens` tokens can beat on this machine, a
/// segment at a time, nor a step that decodes as many samples. For one token that is the time to
/// read the weights from memory.
double linears_seconds(const Transformer& model, int64_t tokens);

}  // namespace multistate
