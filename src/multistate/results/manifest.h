#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace multistate {

/// A planned cell as the manifest lists it.
struct ManifestCell {
  std::string id;
  std::string folder;  ///< Relative to the sweep's folder: "cells/tova-256-0a1b2c3d".
  nlohmann::json parameters;
};

/// `sweep.json`: all cells that a sweep consists of, whether they have run or not.
struct Manifest {
  std::string name;
  std::string command;
  nlohmann::json axes;
  std::string config_sha256;  ///< Of config.resolved.json.
  std::vector<ManifestCell> cells;
};

/// Writes sweep.json, and config.resolved.json with `config` (the sweep file with its overrides),
/// into `folder`. Throws InputError when a sweep.json is there that is no multistate.sweep, or one
/// of another name: it is left alone. Cells that an earlier sweep.json lists and this one does not
/// are counted in a warning.
void write_manifest(const std::filesystem::path& folder, Manifest manifest,
                    const nlohmann::json& config);

/// Removes what a process that was killed in write_manifest() has left in `folder`.
void remove_manifest_leftovers(const std::filesystem::path& folder);

/// Throws InputError when `folder` has no manifest, or one that cannot be read.
Manifest read_manifest(const std::filesystem::path& folder);

}  // namespace multistate
