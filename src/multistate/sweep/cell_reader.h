#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "multistate/config/grid.h"
#include "multistate/sweep/sweep_spec.h"

namespace multistate {

/// Reads the cells of one sweep and remembers which options of policies and experiments some cell
/// could use: an option that one policy has and another has not is fine, one that none has is a
/// mistake.
class CellReader {
 public:
  /// Throws InputError with the place in the file.
  CellSpec read(const GridCell& cell);

  /// Throws InputError for an option that no cell read so far has.
  void reject_unused() const;

 private:
  struct Offer {
    InputError error;  ///< What to say if nothing takes the option.
  };

  /// Notes the members of a policy or experiment node, with the options it has.
  void note(const Node& node, const std::string& prefix, const std::string& owner,
            std::vector<std::string> names);

  /// The cell's policy, or those of its layers.
  void read_policy(const Node& config, CellSpec& spec);

  /// Listed once, and not for each of 100,000 cells.
  const std::vector<std::string>& options_of(const ExperimentEntry& experiment);

  std::map<const ExperimentEntry*, std::vector<std::string>> options_;
  std::set<std::string> existing_models_;  ///< Their paths.
  std::map<std::string, Offer> unused_;
  std::set<std::string> used_;
};

}  // namespace multistate
