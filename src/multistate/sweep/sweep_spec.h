#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/config/node.h"
#include "multistate/experiment/registry.h"
#include "multistate/policy/setup.h"
#include "multistate/sweep/slurm_options.h"

namespace multistate {

/// Which model, and how it is held.
struct ModelSpec {
  std::filesystem::path path;
  std::string dtype = "float32";
  std::string device = "cpu";
  std::optional<int64_t> sliding_window = {};  ///< Of every layer, where the file cannot say.

  nlohmann::json to_json() const;  ///< Without what is not set.
  bool operator==(const ModelSpec&) const = default;
};

/// One cell of a sweep as its file describes it: checked, but the model is not opened yet.
struct CellSpec {
  ModelSpec model;
  ExperimentSetup experiment;
  PolicySetup policy;
  std::optional<int64_t> seed;  ///< Only where something is random: nothing else depends on it.
  nlohmann::json parameters;    ///< Values of the axes that apply to this cell.

  /// Everything the cell is run with, defaults included.
  nlohmann::json config() const;

  /// Whether config() differs from that of `other` in state size and seed at most, as it does for
  /// most neighbours in a grid.
  bool is_like(const CellSpec& other) const;

  /// Sets these two in the config of a cell that is like this one.
  void set_size_and_seed(nlohmann::json& config) const;
};

struct SweepSpec {
  std::string name;
  std::filesystem::path output;
  nlohmann::json axes;  ///< Values by axis, as in the file.
  SlurmOptions slurm;   ///< For `multistate submit`.
  std::vector<CellSpec> cells;
};

/// Keys that may stand at the top level of a sweep file.
const std::vector<std::string>& sweep_file_keys();

/// Reads a sweep file whose overrides have been applied, after loading the plug-ins it lists. Axes
/// that do not apply to a cell (a state size for a policy that keeps every row) collapse: of cells
/// that would be equal only the first stays. Throws InputError, with the place in the file, for
/// whatever is wrong with any cell; models are not touched.
SweepSpec read_sweep(const Node& file);

}  // namespace multistate
