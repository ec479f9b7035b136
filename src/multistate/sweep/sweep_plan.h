#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "multistate/experiment/experiment.h"
#include "multistate/results/file_digests.h"
#include "multistate/sweep/sweep_model.h"
#include "multistate/sweep/sweep_spec.h"

namespace multistate {

/// A cell that is ready to run.
struct PlannedCell {
  const CellSpec* spec = nullptr;
  std::shared_ptr<SweepModel> model;
  std::shared_ptr<const Workload> workload;
  std::string id;    ///< SHA-256 of all that affects the result, and nothing else.
  std::string slug;  ///< For people: "tova-256-sinks=4".
  int64_t samples = 0;
  std::optional<int64_t> limit;  ///< Set when it leaves out samples.
  int64_t tokens = 0;            ///< All samples together.
  int64_t state_bytes = 0;       ///< See expected_peak_bytes().
  int64_t comparison_bytes = 0;  ///< See Experiment::comparison_bytes().

  std::string folder() const { return slug + "-" + id.substr(0, 8); }
  nlohmann::json config() const;  ///< CellSpec::config with the limit.
};

struct SweepPlan {
  SweepSpec spec;
  std::vector<PlannedCell> cells;
  FileDigests digests;  ///< Of the models' files.
};

/// The option of a policy that has no meaning without a prompt: "prompt: one_shot"; empty where
/// there is none. plan_sweep() refuses such a policy on samples without a prompt.
std::string option_about_prompt(const PolicySetup& policy);

/// Opens models, hashes them and the data, and cuts the samples. Digests of models' files that an
/// earlier process has left in the output are taken, and those that are `known`; nothing is
/// written. `limit`: samples of a cell at most. Throws InputError.
SweepPlan plan_sweep(SweepSpec spec, std::optional<int64_t> limit, const FileDigests& known = {});

}  // namespace multistate
