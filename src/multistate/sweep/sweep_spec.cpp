#include "multistate/sweep/sweep_spec.h"

#include <set>

#include <fmt/format.h>

#include "multistate/base/text.h"
#include "multistate/config/canonical_json.h"
#include "multistate/config/grid.h"
#include "multistate/sweep/cell_reader.h"

namespace multistate {
namespace {

std::string required_string(const Node& file, const char* key) {
  const Node* node = file.find(key);
  if (node == nullptr) {
    throw file.error(fmt::format("{}: is missing", key));
  }
  std::string text = node->as_string(key);
  if (text.empty()) {
    throw node->error(fmt::format("{}: is empty", key));
  }
  return text;
}

nlohmann::json read_axes(const Node& file) {
  auto axes = nlohmann::json::object();
  const Node* parameters = file.find("sweep.parameters");
  if (parameters == nullptr) {
    return axes;
  }
  for (const auto& [key, axis] : parameters->entries()) {
    axes[key] = axis.find("values")->to_json();
  }
  return axes;
}

}  // namespace

nlohmann::json ModelSpec::to_json() const {
  return {{"path", path.string()}, {"dtype", dtype}, {"device", device}};
}

nlohmann::json CellSpec::config() const {
  nlohmann::json experiment_json = experiment.options;
  experiment_json["name"] = experiment.entry->info.name;
  experiment_json["version"] = experiment.entry->info.version;
  nlohmann::json policy_json = policy.options;
  policy_json["name"] = policy.entry->info.name;
  policy_json["version"] = policy.entry->info.version;
  nlohmann::json config = {{"model", model.to_json()},
                           {"experiment", experiment_json},
                           {"policy", policy_json},
                           {"state_size", nullptr},
                           {"seed", nullptr}};
  if (policy.bounded()) {
    config["state_size"] = policy.state_size;
  }
  if (seed) {
    config["seed"] = *seed;
  }
  return config;
}

const std::vector<std::string>& sweep_file_keys() {
  static const std::vector<std::string> keys = {"name",           "output", "model",
                                                "experiment",     "policy", "state_size",
                                                "state_fraction", "seed",   "sweep"};
  return keys;
}

SweepSpec read_sweep(const Node& file) {
  reject_unknown(file, sweep_file_keys(), "");
  SweepSpec spec;
  spec.name = required_string(file, "name");
  spec.output = required_string(file, "output");
  CellReader reader;
  std::set<std::string> seen;
  for (const GridCell& cell : expand_grid(file)) {
    reject_unknown(cell.config, sweep_file_keys(), "");
    CellSpec read = reader.read(cell);
    if (seen.insert(canonical_json(read.config())).second) {
      spec.cells.push_back(std::move(read));
    }
  }
  reader.reject_unused();
  spec.axes = read_axes(file);
  return spec;
}

}  // namespace multistate
