#pragma once

#include "multistate/checkpoint/decoder_spec.h"
#include "multistate/policy/setup.h"

namespace multistate {

/// Tokens of a sample for which an eviction plan is made; it takes time cubic in their number.
inline constexpr int64_t kLongestPlan = 1024;

/// Throws InputError for a sample that is too long for an exact plan of evictions, and for one that
/// the model would rotate in a way which is not determined: its rotations depend on the length of a
/// text beyond a limit, and the sample crosses that limit while it is generated or when its prompt
/// is read again, or the policy moves its rows to other positions.
void check_text_length(const DecoderSpec& spec, const PolicySetup& setup,
                       const SampleLength& length);

}  // namespace multistate
