#pragma once

#include <span>

#include "multistate/datasets/task_row.h"
#include "multistate/experiment/experiment.h"

namespace multistate {

/// Rows of a file of tasks that ask about the same text are one unit.
Resampling task_resampling();

/// Puts into a record's values what its row asks about, "document" (the start of the digest of the
/// text), and what was cut off its prompt, for cut_metrics.
void note_prompt(const TaskRow& row, int64_t removed_tokens, nlohmann::json& values);

/// "truncated": the share of samples whose prompt was cut; "removed_tokens": of their contexts,
/// a mean over all samples.
Metrics cut_metrics(std::span<const SampleRecord> records);

}  // namespace multistate
