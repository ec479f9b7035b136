#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/bench/decision.h"
#include "multistate/bench/decode.h"
#include "multistate/bench/prefill.h"
#include "multistate/bench/workers.h"

namespace multistate {

/// The cost of decisions of one case.
struct DecisionResult {
  const PrefillCase* measured = nullptr;
  DecisionCost cost;
};

/// Tables for a terminal, of so many repetitions. A share of the linears' rate above 1, and a cost
/// of decisions below its noise, are noise and shown as that.
std::string prefill_table(const std::vector<PrefillResult>& results, int64_t repetitions);
std::string workers_table(const std::vector<WorkersResult>& results);
std::string decode_table(const std::vector<DecodeResult>& results, int64_t repetitions);
std::string decision_table(const std::vector<DecisionResult>& results, int64_t repetitions);

nlohmann::json to_json(const PrefillResult& result);
nlohmann::json to_json(const WorkersResult& result);
nlohmann::json to_json(const DecodeResult& result);
/// "below_noise": whether the decision's cost is less than its noise, or, of one repetition,
/// unknown.
nlohmann::json to_json(const DecisionResult& result, int64_t repetitions);

}  // namespace multistate
