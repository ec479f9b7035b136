#pragma once

#include <span>

#include "multistate/experiment/experiment.h"

namespace multistate {

/// Puts into a record's values what was cut off its prompt, for cut_metrics.
void note_cut(int64_t removed_tokens, nlohmann::json& values);

/// "truncated": the share of samples whose prompt was cut; "removed_tokens": of their contexts,
/// a mean over all samples.
Metrics cut_metrics(std::span<const SampleRecord> records);

}  // namespace multistate
