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

/// Tables for a terminal.
std::string prefill_table(const std::vector<PrefillResult>& results);
std::string workers_table(const std::vector<WorkersResult>& results);
std::string decode_table(const std::vector<DecodeResult>& results);
std::string decision_table(const std::vector<DecisionResult>& results);

nlohmann::json to_json(const PrefillResult& result);
nlohmann::json to_json(const WorkersResult& result);
nlohmann::json to_json(const DecodeResult& result);
nlohmann::json to_json(const DecisionResult& result);

}  // namespace multistate
