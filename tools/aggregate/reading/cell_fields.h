#pragma once

#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// The parameters that a cell's `config` (of result.json, error.json) stands for: its members as
/// one flat level, without those that are null and without "limit".
std::map<std::string, nlohmann::json> flat_config(const nlohmann::json& config);

/// Fills what result.json says: parameters, metrics, series, measures, warnings, context, data,
/// limited. `config` goes before what a sweep file set (state_fraction is in the latter only).
/// Throws InputError ("'counts' is missing; ...") when a field of version 1 is not as
/// results/README.md has it; `cell` is then half filled.
void fill_from_result(const nlohmann::json& result, Cell& cell);

}  // namespace multistate::aggregate
