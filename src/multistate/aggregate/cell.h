#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "multistate/results/stored_cell.h"
#include "multistate/results/sweep_reader.h"

namespace multistate::aggregate {

/// One cell of a sweep, done or not.
struct Cell : StoredCell {
  size_t sweep = 0;  ///< Index into Collection::sweeps.

  /// The policy and those of its options that differ among the cells of the policy, without state
  /// size: "h2o", "h2o scope=layer"; policies by layer: "0-1=full 2-=h2o". The same policy has the
  /// same label, and so the same colour, in every output.
  std::string label = {};
  std::string name = {};  ///< What the label is called, on one line; no other label is called so.
};

/// The policy of a cell, or of one range of its layers.
struct PolicyPart {
  std::string layers;  ///< "0-1"; "" where all layers have the same setup.
  std::string name;    ///< "tova"; "?" where the cell does not tell it.
  std::string prefix;  ///< Of its options among the parameters: "policy.layers.0-1.".
};

/// One, or one for each range of layers, in their order. One, too, where all ranges have the same
/// policy and no options: `full`.
std::vector<PolicyPart> policy_parts(const Cell& cell);

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

/// Sets Cell::label of every cell: the policy and, in alphabetical order, the options policy.*
/// that have more than one value among the cells of that policy ("streaming sinks=4"). A cell that
/// lacks one (it was not done, the sweep does not vary it) does without. Where no cell tells the
/// policy, "?". Sets Cell::name by it, and Cell::role where no result says it.
void set_labels(Collection& collection);

}  // namespace multistate::aggregate
