#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "multistate/config/options.h"

namespace multistate {

/// The map `slurm` of a sweep file: what its jobs ask Slurm for, by the names of sbatch's options
/// and of Hydra's launcher for Slurm. An empty text is left to the cluster.
struct SlurmOptions {
  std::string partition;
  std::string account;
  std::string qos;
  std::string constraint;
  std::string gres;
  std::string time;
  std::string mem;
  int64_t cpus_per_task = 1;
  int64_t array_parallelism = 4;
  int64_t tasks = 0;  ///< 0: as many as run at once.
  int64_t signal_delay_s = 120;
  int64_t max_num_timeout = 20;
  std::vector<std::string> setup;

  /// Other long options of sbatch, without "--"; an option without a value has an empty one.
  std::vector<std::pair<std::string, std::string>> additional_parameters;

  /// Declares all but additional_parameters, which have no names of ours.
  void visit(OptionVisitor& v);

  /// The options of sbatch for the members that are set, as (name, value).
  std::vector<std::pair<std::string, std::string>> sbatch_options() const;
};

/// Reads the map `slurm`, or the defaults where `node` is nullptr. Throws InputError, with the
/// place, for unknown keys, for values that sbatch could not take, for an option of sbatch that
/// multistate sets itself, and for a time limit that leaves no time to work in.
SlurmOptions read_slurm_options(const Node* node);

}  // namespace multistate
