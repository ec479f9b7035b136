#include "multistate/results/manifest.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/log.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/output_file.h"
#include "multistate/base/sha256.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/results/atomic_file.h"
#include "multistate/results/cell_folder.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kManifest = "sweep.json";
constexpr const char* kConfig = "config.resolved.json";

/// A command line may hold bytes that are not UTF-8.
std::string dump(const json& value) {
  return value.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

/// The folder of a cell lies directly below "cells".
bool is_cell_folder(const std::string& folder) {
  const fs::path path = folder;
  const auto name = path.filename();
  return path == fs::path("cells") / name && !name.empty() && name != "." && name != "..";
}

json parse(const fs::path& path) {
  json manifest = parse_json(read_file(path));
  if (const auto problem = problem_with_schema(manifest, "multistate.sweep"); !problem.empty()) {
    throw InputError(fmt::format("{}: {}; it is left alone", path.string(), problem));
  }
  return manifest;
}

/// Throws InputError when the manifest that is there is another sweep's, and says so when this plan
/// leaves out cells of it.
void compare_with(const json& old, const Manifest& manifest, const fs::path& path) {
  const json name = old.value("name", json());
  if (name.is_string() && name != manifest.name) {
    throw InputError(
        fmt::format("{}: lists the cells of another sweep, {}, and this one is {}; give it an "
                    "output of its own "
                    "(output=...)",
                    path.string(), in_quotes(name.get<std::string>()), in_quotes(manifest.name)));
  }
  std::set<std::string> planned;
  for (const ManifestCell& cell : manifest.cells) {
    planned.insert(cell.id);
  }
  const json cells = old.value("cells", json());
  const auto left_out = std::count_if(cells.begin(), cells.end(), [&](const json& cell) {
    return cell.is_object() && cell.contains("id") && cell.at("id").is_string() &&
           planned.count(cell.at("id").get<std::string>()) == 0;
  });
  if (left_out > 0) {
    log_warning(fmt::format(
        "{}: {} of the {} cells that it listed are not part of the sweep any more, since the file, "
        "an override or an input has changed; what they have is left in {}",
        path.string(), left_out, cells.size(), (path.parent_path() / "cells").string()));
  }
}

}  // namespace

void remove_manifest_leftovers(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (is_temporary_of(name, kManifest) || is_temporary_of(name, kConfig)) {
      remove_file(entry.path());
    }
  }
}

void write_manifest(const fs::path& folder, Manifest manifest, const json& config) {
  const fs::path path = folder / kManifest;
  if (is_there(path)) {
    compare_with(parse(path), manifest, path);
  }
  const std::string resolved = dump(config);
  write_atomically(folder / kConfig, resolved);
  auto cells = json::array();
  for (const ManifestCell& cell : manifest.cells) {
    cells.push_back({{"id", cell.id}, {"folder", cell.folder}, {"parameters", cell.parameters}});
  }
  const json content = {{"schema", {{"name", "multistate.sweep"}, {"version", 1}}},
                        {"name", manifest.name},
                        {"command", manifest.command},
                        {"axes", manifest.axes},
                        {"config_sha256", sha256_hex(resolved)},
                        {"cells", cells}};
  write_atomically(path, dump(content));
}

Manifest read_manifest(const fs::path& folder) {
  const fs::path path = folder / kManifest;
  if (!fs::exists(path)) {
    throw InputError(
        fmt::format("{}: is not the folder of a sweep: it has no sweep.json", folder.string()));
  }
  const json content = parse(path);
  try {
    Manifest manifest = {content.at("name"),
                         content.at("command"),
                         content.at("axes"),
                         content.at("config_sha256"),
                         {}};
    for (const json& cell : content.at("cells").get_ref<const json::array_t&>()) {
      manifest.cells.push_back({cell.at("id"), cell.at("folder"), cell.at("parameters")});
      if (!is_cell_folder(manifest.cells.back().folder)) {
        throw InputError(fmt::format("{}: the folder of a cell is {}; expected 'cells/<name>'",
                                     path.string(), in_quotes(manifest.cells.back().folder)));
      }
    }
    return manifest;
  } catch (const json::exception& error) {
    throw InputError(
        fmt::format("{}: is not a complete manifest: {}", path.string(), error.what()));
  }
}

}  // namespace multistate
