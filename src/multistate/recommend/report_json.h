#pragma once

#include <optional>

#include <nlohmann/json_fwd.hpp>

#include "multistate/recommend/recommender.h"
#include "multistate/recommend/report.h"

namespace multistate::recommend {

/// The answer for programs: what answer_text() says, with all digits. "verdict" is best, tied,
/// alone or none; "recommended" is null unless a policy is recommended. Losses are in nats per
/// token, sizes in bytes, speeds in tokens per second.
nlohmann::json answer_json(const Task& task, const Constraint& constraint,
                           const Recommendation& recommendation, const Schedule& schedule,
                           const std::optional<DecodeSpeeds>& speeds, double minutes);

/// The answer where the whole cache keeps to the limit of memory: "verdict" is full_cache.
nlohmann::json full_cache_json(const Task& task, const Constraint& constraint, int64_t full_bytes);

}  // namespace multistate::recommend
