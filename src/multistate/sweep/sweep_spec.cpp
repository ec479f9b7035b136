#include "multistate/sweep/sweep_spec.h"

#include <map>
#include <set>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/text.h"
#include "multistate/config/canonical_json.h"
#include "multistate/config/grid.h"
#include "multistate/policy/by_layer.h"
#include "multistate/policy/plugin.h"
#include "multistate/sweep/cell_reader.h"

namespace multistate {
namespace {

constexpr const char* kSlurm = "slurm";

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

void load_plugins_of(const Node& file) {
  const Node* plugins = file.find("plugins");
  if (plugins == nullptr) {
    return;
  }
  if (plugins->kind() != Node::Kind::kList) {
    throw plugins->expected("a list of shared libraries", "plugins");
  }
  for (const Node& plugin : plugins->items()) {
    const std::string path = plugin.as_string("plugins");
    try {
      load_plugin(path);
    } catch (const InputError& error) {
      throw plugin.error(fmt::format("plugins: {}", error.what()));
    }
  }
}

/// Policies are looked up after all plug-ins have been loaded, and so the same for every cell; jobs
/// run any of the cells.
void reject_common_as_parameter(const GridCell& cell) {
  for (const auto& [key, value] : cell.parameters) {
    if (key == "plugins") {
      throw value.error(
          "plugins: cannot differ between the cells of a sweep; list all of them at the top of "
          "the file");
    }
    if (key == kSlurm || key.starts_with(std::string(kSlurm) + ".")) {
      throw value.error(fmt::format(
          "{}: cannot differ between the cells of a sweep, which its jobs share; give it one value",
          key));
    }
  }
}

/// The cells of a sweep that differ: where policy or experiment do not use an axis, its values make
/// equal cells.
class DistinctCells {
 public:
  /// Leaves it out where it is there already.
  void add(CellSpec cell) {
    const bool is_like_last = !cells_.empty() && cell.is_like(cells_.back());
    const size_t kind = is_like_last ? last_kind_ : kind_of(cell);
    const int64_t size = cell.policy.has_size() ? cell.policy.state_size : 0;
    if (seen_.emplace(kind, size, cell.seed).second) {
      cells_.push_back(std::move(cell));
      last_kind_ = kind;
    }
  }

  std::vector<CellSpec> take() { return std::move(cells_); }

 private:
  /// The same for cells that are like each other.
  size_t kind_of(const CellSpec& cell) {
    nlohmann::json config = cell.config();
    config.erase("state_size");
    config.erase("seed");
    return kinds_.try_emplace(canonical_json(config), kinds_.size()).first->second;
  }

  std::vector<CellSpec> cells_;
  std::map<std::string, size_t> kinds_;
  std::set<std::tuple<size_t, int64_t, std::optional<int64_t>>> seen_;
  size_t last_kind_ = 0;  ///< Of cells_.back().
};

}  // namespace

nlohmann::json ModelSpec::to_json() const {
  nlohmann::json model = {{"path", path.string()}, {"dtype", dtype}, {"device", device}};
  if (sliding_window) {
    model["sliding_window"] = *sliding_window;
  }
  return model;
}

nlohmann::json CellSpec::config() const {
  nlohmann::json experiment_json = experiment.options;
  experiment_json["name"] = experiment.entry->info.name;
  experiment_json["version"] = experiment.entry->info.version;
  nlohmann::json config = {{"model", model.to_json()},
                           {"experiment", std::move(experiment_json)},
                           {"policy", to_json(policy)}};
  set_size_and_seed(config);
  return config;
}

bool CellSpec::is_like(const CellSpec& other) const {
  return model == other.model && experiment.entry == other.experiment.entry &&
         experiment.options == other.experiment.options && policy.entry == other.policy.entry &&
         policy.options == other.policy.options;
}

void CellSpec::set_size_and_seed(nlohmann::json& config) const {
  config["state_size"] = policy.has_size() ? nlohmann::json(policy.state_size) : nlohmann::json();
  config["seed"] = seed ? nlohmann::json(*seed) : nlohmann::json();
}

const std::vector<std::string>& sweep_file_keys() {
  static const std::vector<std::string> keys = {
      "name",       "output",         "plugins", "model", "experiment", "policy",
      "state_size", "state_fraction", "seed",    "sweep", kSlurm};
  return keys;
}

SweepSpec read_sweep(const Node& file) {
  reject_unknown(file, sweep_file_keys(), "");
  SweepSpec spec;
  spec.name = required_string(file, "name");
  spec.output = required_string(file, "output");
  spec.slurm = read_slurm_options(file.find(kSlurm));
  load_plugins_of(file);
  CellReader reader;
  DistinctCells cells;
  for (GridCell& expanded : expand_grid(file)) {
    const GridCell cell = std::move(expanded);  // A hundred thousand are not kept twice.
    reject_unknown(cell.config, sweep_file_keys(), "");
    reject_common_as_parameter(cell);
    cells.add(reader.read(cell));
  }
  spec.cells = cells.take();
  reader.reject_unused();
  spec.axes = read_axes(file);
  return spec;
}

}  // namespace multistate
