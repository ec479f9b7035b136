#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "multistate/aggregate/cell.h"

namespace multistate::aggregate {

/// Reads all results at or below the folders: each may be a sweep's, its cells/, a single cell's,
/// or hold any number of those at any depth. Symbolic links to folders are not followed below them.
///
/// Cells are joined with the manifest (sweep.json) of their sweep, so that those that failed, are
/// not finished or have not run are there, too. Cells without a manifest form a sweep by folder
/// with Sweep::has_manifest false. A cell (the same id) that is met more than once is there once,
/// the first that is done; when a later one has other values, it says so in its warnings. A bad,
/// torn or foreign file, and a cell that its manifest does not list, is skipped and listed in
/// Collection::problems.
///
/// `samples`: whether samples.jsonl is read (Cell::samples). Throws InputError when a folder is not
/// there or nothing at all is found.
Collection collect(std::span<const std::filesystem::path> folders, bool samples = true);

/// Changes whenever a cell below the folders is done, fails, or is planned; for --watch. Reads no
/// file.
std::string fingerprint(std::span<const std::filesystem::path> folders);

}  // namespace multistate::aggregate
