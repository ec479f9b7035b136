#pragma once

#include "multistate/model/decoder_spec.h"
#include "multistate/policy/setup.h"

namespace multistate {

/// Throws InputError for a sample that the model would rotate in a way which is not determined: its
/// rotations depend on the length of a text beyond a limit, and the sample crosses that limit while
/// it is generated, or the policy moves its rows to other positions.
void check_text_length(const DecoderSpec& spec, const PolicySetup& setup,
                       const SampleLength& length);

}  // namespace multistate
