#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/base/role.h"
#include "multistate/results/cell_folder.h"
#include "multistate/results/metric.h"
#include "multistate/results/setup_line.h"
#include "multistate/results/sweep_reader.h"

namespace multistate::aggregate {

/// What a sample adds to a metric that is a ratio of sums over samples (SampleRatio of Metric).
struct SampleScore {
  int64_t sample = 0;
  double numerator = 0.0;
  double denominator = 1.0;
};

/// A stretch of a series, "nll_by_place": of positions, distances, steps or whatever it goes along.
struct SeriesPoint {
  int64_t first_place = 0;
  int64_t end_place = 0;  ///< One past the last.
  Metric metric;
  std::string axis = "place in the text";  ///< What places are.
  std::string label = "";                  ///< Of a place that has a name, no number; else empty.
};

/// One cell of a sweep, done or not. Members that an unfinished cell lacks are empty.
struct Cell {
  size_t sweep = 0;  ///< Index into Collection::sweeps.
  std::string id;
  std::filesystem::path folder;
  CellState state = CellState::kMissing;
  std::string error;     ///< Message of error.json.
  bool limited = false;  ///< Only the first samples were run (--limit).
  Role role = Role::kPolicy;
  std::string unit = "sample";  ///< What is resampled: "sample", "haystack", ...
  std::string unit_key;         ///< Key of "values" that names the unit; empty: each sample is one.

  /// Every parameter by its key in a sweep file, as one flat level: "policy.name", "policy.sinks",
  /// "state_size", "experiment.context_length", "model.path", "seed", ... Of a cell that is not
  /// done: those that the manifest lists.
  std::map<std::string, nlohmann::json> parameters;

  Metrics metrics;
  std::map<std::string, std::vector<SeriesPoint>> series;

  /// Values over two axes, as written and found whole: {"x": {"name", "ticks"}, "y": ..., "unit",
  /// "values": [rows][columns], null where there is none}.
  std::map<std::string, nlohmann::json> maps;
  std::map<std::string, double> measures;  ///< "state_bytes", "tokens_per_s", ...; a
                                           ///< speed that is no measurement: "noisy_tokens_per_s".
  std::string speed_noise;  ///< Why its speed is no measurement, results/speed_noise.h; or empty.
  RunSetup setup;           ///< Of a done cell.
  std::vector<std::string> warnings;
  nlohmann::json context;  ///< Provenance as written.
  nlohmann::json data;     ///< What was read, as written.

  /// By metric, in the order of samples; only of metrics that say how samples make them.
  std::map<std::string, std::vector<SampleScore>> samples;

  /// By sample: its unit, as the first sample of that. Empty where every sample is one of its own.
  std::vector<int64_t> units;

  /// The policy and those of its options that differ among the cells of the policy, without state
  /// size: "h2o", "h2o scope=layer". The same policy has the same label, and so the same colour, in
  /// every output.
  std::string label;
  std::string name;  ///< What the label is called, on one line; no other label is called so.

  bool is_done() const { return state == CellState::kDone; }

  /// The value of a parameter; null when it has none.
  const nlohmann::json& parameter(const std::string& key) const;

  /// What `context` holds at a JSON pointer ("/inputs/data_sha256"); null when there is nothing.
  const nlohmann::json& in_context(const char* pointer) const;
};

struct Sweep {
  std::string name;
  std::filesystem::path folder;
  size_t planned = 0;        ///< Cells that the manifest lists and no sweep before this one does.
  bool has_manifest = true;  ///< Else the cells that are there count as planned.
};

/// All cells of any number of folders, each once; deterministic order: sweeps by path, cells by
/// manifest.
struct Collection {
  std::vector<Sweep> sweeps;
  std::vector<Cell> cells;
  std::vector<Problem> problems;  ///< Files skipped, and why. Any makes the exit code 1.

  size_t count(CellState state) const;
};

/// Cells of a sweep by state.
struct StateCounts {
  std::map<CellState, size_t> states;
  size_t limited = 0;  ///< Done ones that ran only the first of their samples.
};

std::vector<StateCounts> count_by_sweep(const Collection& collection);

/// A parameter for people: texts without quotes, numbers as they are written.
std::string parameter_text(const nlohmann::json& value);

/// Whether a field describes the policy and its cache, rather than the setup it was run on.
bool is_of_policy(const std::string& key);

/// The setup of a cell as text: every parameter but those of the policy and the seed.
std::string setting_of(const Cell& cell);

/// The setup_line() of all done cells.
std::string setup_of(const Collection& collection);

/// Parameters that have two values or more among these cells, by name. An option of a policy counts
/// only if it differs within a policy: defaults that differ from policy to policy do not vary.
std::vector<std::string> varying_parameters(const Collection& collection,
                                            std::span<const size_t> cells);

/// Gives cells that were not done what all done cells of their sweep have in common (and the
/// manifest does not list, as no sweep of parameters sets it): the model, the experiment's options,
/// the policy's name. Not its options, state size and seed, which a policy may not have.
void fill_common_parameters(Collection& collection);

/// Sets Cell::label of every cell: policy.name and, in alphabetical order, the options policy.*
/// that have more than one value among the cells of that policy ("streaming sinks=4"). A cell that
/// lacks one (it was not done, the sweep does not vary it) does without. Where no cell tells the
/// policy, "?". Sets Cell::name by it.
void set_labels(Collection& collection);

}  // namespace multistate::aggregate
