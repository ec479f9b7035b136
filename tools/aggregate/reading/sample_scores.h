#pragma once

#include <filesystem>

#include "multistate/results/ratio.h"

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

RatioForm form_of(const SampleRatio& ratio);

/// Reads what the samples add to the cell's metrics from samples.jsonl, line by line; only the
/// numbers that metrics name are kept, and the unit of every sample where the cell has a unit_key;
/// standard errors then become those over units. Throws InputError that says what is wrong ("line 3
/// is torn") and leaves the cell as it is: a line that is not the next sample's, a number that is
/// missing, fewer or more samples than a metric has, and samples that do not make the metric's
/// value (they are of another run).
void read_sample_scores(const std::filesystem::path& path, Cell& cell);

}  // namespace multistate::aggregate
