#include "multistate/results/manifest.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/json_layout.h"
#include "multistate/base/log.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/output_file.h"
#include "multistate/base/sha256.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/results/atomic_file.h"
#include "multistate/results/cell_folder.h"
#include "multistate/results/file_digests.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

/// The folder of a cell lies directly below "cells".
bool is_cell_folder(const std::string& folder) {
  const fs::path path = folder;
  const auto name = path.filename();
  return path == fs::path("cells") / name && !name.empty() && name != "." && name != "..";
}

nlohmann::json parse(const fs::path& path) {
  nlohmann::json manifest = parse_json(read_file(path));
  if (const auto problem = problem_with_schema(manifest, "multistate.sweep"); !problem.empty()) {
    throw InputError(fmt::format("{}: {}; it is left alone", path.string(), problem));
  }
  return manifest;
}

/// Throws InputError when the manifest that is there is another sweep's.
void require_same_name(const nlohmann::json& old, const Manifest& manifest, const fs::path& path) {
  const nlohmann::json name = old.value("name", nlohmann::json());
  if (name.is_string() && name != manifest.name) {
    throw InputError(
        fmt::format("{}: lists the cells of another sweep, {}, and this one is {}; give it an "
                    "output of its own (output=...)",
                    path.string(), in_quotes(name.get<std::string>()), in_quotes(manifest.name)));
  }
}

/// Folders of cells by id.
using CellFolders = std::map<std::string, std::string>;

CellFolders folders_of(const Manifest& manifest) {
  CellFolders folders;
  for (const ManifestCell& cell : manifest.cells) {
    folders[cell.id] = cell.folder;
  }
  return folders;
}

CellFolders folders_of(const nlohmann::json& old) {
  CellFolders folders;
  for (const nlohmann::json& cell : old.value("cells", nlohmann::json::array())) {
    if (cell.is_object() && cell.value("id", nlohmann::json()).is_string() &&
        cell.value("folder", nlohmann::json()).is_string()) {
      folders[cell.at("id")] = cell.at("folder");
    }
  }
  return folders;
}

/// Folders of the cells that `these` has and `those` has not.
std::vector<std::string> only_in(const CellFolders& these, const CellFolders& those) {
  std::vector<std::string> folders;
  for (const auto& [id, folder] : these) {
    if (those.count(id) == 0) {
      folders.push_back(fs::path(folder).filename().string());
    }
  }
  std::sort(folders.begin(), folders.end());
  return folders;
}

std::string some_of(std::vector<std::string> names) {
  constexpr size_t kShown = 5;
  const size_t count = names.size();
  if (count == 0) {
    return "none";
  }
  names.resize(std::min(count, kShown));
  return join(names) + (count > kShown ? fmt::format(" and {} more", count - kShown) : "");
}

/// Others run the cells that sweep.json lists. Throws InputError when those of this plan are not
/// the same.
void require_same_cells(const nlohmann::json& old, const Manifest& manifest,
                        const std::vector<std::string>& at_work, const fs::path& path) {
  const CellFolders theirs = folders_of(old);
  const CellFolders ours = folders_of(manifest);
  const auto missing = only_in(theirs, ours);
  const auto added = only_in(ours, theirs);
  if (missing.empty() && added.empty()) {
    return;
  }
  throw InputError(fmt::format(
      "{}: another plan of this sweep is being run in the folder, by {}. Cells of theirs that this "
      "one has not: {}; cells that only this one has: {}. Wait until they have ended, or choose "
      "another output (output=...). A worker on another machine that has ended without saying "
      "so is no longer in the way once its file in {} is deleted",
      path.string(), some_of(at_work), some_of(missing), some_of(added),
      (path.parent_path() / "leases").string()));
}

/// Says so when this plan leaves out cells of the last one.
void warn_of_left_out(const nlohmann::json& old, const Manifest& manifest, const fs::path& path) {
  const CellFolders before = folders_of(old);
  const auto left_out = only_in(before, folders_of(manifest));
  if (!left_out.empty()) {
    log_warning(fmt::format(
        "{}: {} of the {} cells that it listed are not part of the sweep any more, since the file, "
        "an override or an input has changed; what they have is left in {}",
        path.string(), left_out.size(), before.size(), (path.parent_path() / "cells").string()));
  }
}

void remove_leftovers(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (is_temporary_of(name, kManifestFile) || is_temporary_of(name, kConfigFile) ||
        is_temporary_of(name, FileDigests::kName)) {
      remove_file(entry.path());
    }
  }
}

nlohmann::json to_json(const Manifest& manifest) {
  auto cells = nlohmann::json::array();
  for (const ManifestCell& cell : manifest.cells) {
    cells.push_back({{"id", cell.id}, {"folder", cell.folder}, {"parameters", cell.parameters}});
  }
  return {{"schema", {{"name", "multistate.sweep"}, {"version", 1}}},
          {"name", manifest.name},
          {"command", manifest.command},
          {"axes", manifest.axes},
          {"config_sha256", manifest.config_sha256},
          {"cells", cells}};
}

/// Whether the files say what they should, but for the command.
bool is_written(const fs::path& folder, nlohmann::json old, const nlohmann::json& content) {
  old["command"] = content.at("command");
  return old == content && is_there(folder / kConfigFile) &&
         sha256_file(folder / kConfigFile) == content.at("config_sha256");
}

}  // namespace

void write_manifest(const fs::path& folder, Manifest manifest, const nlohmann::json& config,
                    const std::vector<std::string>& at_work) {
  make_folders(folder);
  remove_leftovers(folder);
  const fs::path path = folder / kManifestFile;
  const std::string resolved = json_page(config);
  manifest.config_sha256 = sha256_hex(resolved);
  const nlohmann::json content = to_json(manifest);
  if (is_there(path)) {
    const nlohmann::json old = parse(path);
    require_same_name(old, manifest, path);
    if (!at_work.empty()) {
      require_same_cells(old, manifest, at_work, path);
      return;
    }
    if (is_written(folder, old, content)) {
      return;
    }
    warn_of_left_out(old, manifest, path);
  }
  write_atomically(folder / kConfigFile, resolved);
  write_atomically(path, json_page(content));
}

Manifest read_manifest(const fs::path& folder) {
  const fs::path path = folder / kManifestFile;
  if (!fs::exists(path)) {
    throw InputError(
        fmt::format("{}: is not the folder of a sweep: it has no sweep.json", folder.string()));
  }
  const nlohmann::json content = parse(path);
  try {
    Manifest manifest = {content.at("name"),
                         content.at("command"),
                         content.at("axes"),
                         content.at("config_sha256"),
                         {}};
    for (const nlohmann::json& cell :
         content.at("cells").get_ref<const nlohmann::json::array_t&>()) {
      manifest.cells.push_back({cell.at("id"), cell.at("folder"), cell.at("parameters")});
      if (!is_cell_folder(manifest.cells.back().folder)) {
        throw InputError(fmt::format("{}: the folder of a cell is {}; expected 'cells/<name>'",
                                     path.string(), in_quotes(manifest.cells.back().folder)));
      }
    }
    return manifest;
  } catch (const nlohmann::json::exception& error) {
    throw InputError(
        fmt::format("{}: is not a complete manifest: {}", path.string(), error.what()));
  }
}

}  // namespace multistate
