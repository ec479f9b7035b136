#pragma once

#include <cstdint>

#include <c10/core/ScalarType.h>

#include "multistate/checkpoint/decoder_spec.h"
#include "multistate/policy/setup.h"

namespace multistate {

/// The most bytes that the state, whose floating-point rows are of type `dtype`, takes after a step
/// of a sample that is at most so long, with a prompt that is at most so long, worked out without
/// running one: StateUse::peak_bytes of a policy that keeps as many rows as it may. Of quantised
/// rows it is assumed that those of a group go together; a policy that leaves groups with few rows
/// takes more. Throws InputError as LayerState does, and for a sample longer than the model can
/// read.
int64_t expected_peak_bytes(const DecoderSpec& spec, const PolicySetup& setup,
                            const SampleLength& length, at::ScalarType dtype);

}  // namespace multistate
