#pragma once

#include <vector>

#include "multistate/results/ratio.h"

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// Reads a cell from `folder`. Invalid files are skipped and added to `problems`; the state is then
/// that of the other files. `planned`: the cell of the manifest, or null when no manifest lists it;
/// its id is then that in its own files, and there is no cell when none of them has one. With
/// `samples`, samples.jsonl is read, too.
std::optional<Cell> read_cell(const std::filesystem::path& folder, const ManifestCell* planned,
                              bool samples, std::vector<Problem>& problems);

/// The parameters that a cell's `config` (of result.json, error.json) stands for: its members as
/// one flat level, without those that are null and without "limit".
std::map<std::string, nlohmann::json> flat_config(const nlohmann::json& config);

/// Fills what result.json says: parameters, metrics, series, measures, warnings, context, data,
/// limited. `config` goes before what a sweep file set (state_fraction is in the latter only).
/// Throws InputError ("'counts' is missing; ...") when a field of version 1 is not as
/// results/README.md has it; `cell` is then half filled.
void fill_from_result(const nlohmann::json& result, Cell& cell);

RatioForm form_of(const SampleRatio& ratio);

/// Reads what the samples add to the cell's metrics from samples.jsonl, line by line; only the
/// numbers that metrics name are kept, and the unit of every sample where the cell has a unit_key;
/// standard errors then become those over units. Throws InputError that says what is wrong ("line 3
/// is torn") and leaves the cell as it is: a line that is not the next sample's, a number that is
/// missing, fewer or more samples than a metric has, and samples that do not make the metric's
/// value (they are of another run).
void read_sample_scores(const std::filesystem::path& path, Cell& cell);

}  // namespace multistate::aggregate
