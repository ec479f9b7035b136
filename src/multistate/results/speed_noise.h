#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace multistate {

/// Why the speed in a result.json (perf.tokens_per_s, perf.seconds) is no measurement, as its
/// `perf.noisy_because` says; "" where it is one. Results of earlier programs did not record the
/// load of the machine, and so are none.
std::string speed_noise(const nlohmann::json& result);

}  // namespace multistate
