#pragma once

#include <nlohmann/json.hpp>

#include "multistate/aggregate/cell.h"

namespace multistate::aggregate {

/// The samples of a cell; messages start with the path of its samples.jsonl.
SampleReader samples_of(const Cell& cell);

/// What a done cell was asked and what it answered, for its first ten samples: a list of {"sample",
/// and those of "prompt", "text", "outputs", "answer", "answers" and "expected" that its "values"
/// in samples.jsonl have}. A text, or a list as JSON, of more than 1,000 bytes is cut and ends in
/// "...". Empty for a cell without such members, and without samples that were read and checked.
nlohmann::json sample_texts(const Cell& cell);

}  // namespace multistate::aggregate
