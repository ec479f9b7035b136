#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "multistate/results/sweep_reader.h"

namespace multistate::aggregate {

/// What archive_sweep() has written.
struct Archive {
  int64_t cells = 0;               ///< Copied.
  int64_t planned = 0;             ///< In the manifest.
  uint64_t bytes_before = 0;       ///< Of result.json and samples.jsonl of the cells copied.
  uint64_t bytes_after = 0;        ///< Of the same in the copy.
  std::set<std::string> left_out;  ///< Members of the lines of samples.jsonl: "values.kl_by_place".
  std::vector<Problem> problems;   ///< Of cells that are not copied for it.
};

/// Copies the sweep in `folder` to `output`, small enough for version control: sweep.json,
/// config.resolved.json, and result.json and samples.jsonl of every cell that is done. A report, a
/// comparison (--diff) or an export of the copy says what that of the original says.
///
/// Lines of samples.jsonl keep what metrics, tests, texts and exports are made of: `sample`,
/// `tokens`, `state.peak_rows`, and of `values` numbers, texts, and lists or objects that hold
/// texts. Lists of numbers (losses by place, ids of tokens), times and byte counts of samples are
/// left out; result.json has what they add up to, and says in `archived` what is left out and the
/// digest of the samples.jsonl that it was made of. An archive may be archived again.
///
/// Throws InputError when `folder` is no sweep's, or `output` is there and not an empty folder.
Archive archive_sweep(const std::filesystem::path& folder, const std::filesystem::path& output);

}  // namespace multistate::aggregate
