#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// A results file as lm-evaluation-harness writes it.
struct LmEvalFile {
  std::string folder;  ///< "<model>__<policy>__<state size>": a "model" of the harness.
  std::string name;    ///< "results_<time>.json"
  nlohmann::json content;
};

/// One file a model, policy with its options, state size and seed; its tasks are the experiments
/// that were run with it. Metrics are "<name>,none" with "<name>_stderr,none"; an error that is not
/// there is "N/A", a value that JSON does not have null. `cells` are indices; those that are not
/// done are left out.
///
/// The schema is that of lm_eval/result_schema.py; what the harness knows and a result does not
/// (few-shot seeds, chat templates, transformers) is null.
std::vector<LmEvalFile> lm_eval_files(const Collection& collection,
                                      const std::vector<size_t>& cells);

}  // namespace multistate::aggregate
