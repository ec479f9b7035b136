#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace multistate {

inline constexpr const char* kManifestFile = "sweep.json";
/// The sweep file with its overrides.
inline constexpr const char* kConfigFile = "config.resolved.json";

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
/// into `folder`, unless they say so already (but for the command). Whoever calls this has claimed
/// the manifest: what others left half written is removed.
///
/// Throws InputError, and leaves all as it is, when a sweep.json is there that is no
/// multistate.sweep, or one of another name; and when `at_work`, other workers, run a sweep of
/// other cells here: the message says which cells differ. Without them cells that an earlier
/// sweep.json lists and this one does not are counted in a warning.
void write_manifest(const std::filesystem::path& folder, Manifest manifest,
                    const nlohmann::json& config, const std::vector<std::string>& at_work = {});

/// Throws InputError when `folder` has no manifest, or one that cannot be read.
Manifest read_manifest(const std::filesystem::path& folder);

}  // namespace multistate
