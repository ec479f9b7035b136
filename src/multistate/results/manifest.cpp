#include "multistate/results/manifest.h"

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/sha256.h"
#include "multistate/base/text.h"
#include "multistate/results/atomic_file.h"
#include "multistate/results/cell_folder.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

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
  json manifest = json::parse(read_file(path), nullptr, /*allow_exceptions=*/false);
  if (const auto problem = problem_with_schema(manifest, "multistate.sweep"); !problem.empty()) {
    throw InputError(fmt::format("{}: {}; it is left alone", path.string(), problem));
  }
  return manifest;
}

}  // namespace

void write_manifest(const fs::path& folder, Manifest manifest, const json& config) {
  const fs::path path = folder / "sweep.json";
  if (fs::exists(path)) {
    parse(path);
  }
  const std::string resolved = dump(config);
  write_atomically(folder / "config.resolved.json", resolved);
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
  const fs::path path = folder / "sweep.json";
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
