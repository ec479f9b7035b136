#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/base/role.h"
#include "multistate/results/cell_folder.h"
#include "multistate/results/metric.h"
#include "multistate/results/sample_scores.h"
#include "multistate/results/setup_line.h"

namespace multistate {

/// A stretch of a series, "nll_by_place": of positions, distances, steps or whatever it goes along.
struct SeriesPoint {
  int64_t first_place = 0;
  int64_t end_place = 0;  ///< One past the last.
  Metric metric;
  std::string axis = "place in the text";  ///< What places are.
  std::string label = {};                  ///< Of a place that has a name, no number; else empty.
};

/// What the files of a cell say, done or not. Members that an unfinished cell lacks are empty.
struct StoredCell {
  std::string id;
  std::filesystem::path folder;
  CellState state = CellState::kMissing;
  std::string error;     ///< Message of error.json.
  bool limited = false;  ///< Only the first samples were run (--limit).
  Role role = Role::kPolicy;
  bool says_role = false;       ///< Else the result is of an earlier program, or there is none.
  std::string display_name;     ///< Of the policy, where its result says it.
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

  bool is_done() const { return state == CellState::kDone; }

  /// The value of a parameter; null when it has none.
  const nlohmann::json& parameter(const std::string& key) const;

  /// What `context` holds at a JSON pointer ("/inputs/data_sha256"); null when there is nothing.
  const nlohmann::json& in_context(const char* pointer) const;
};

/// A parameter for people: texts without quotes, numbers as they are written.
std::string parameter_text(const nlohmann::json& value);

}  // namespace multistate
