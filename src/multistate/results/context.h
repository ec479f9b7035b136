#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace multistate {

/// Where and with what a result is computed: program (version, commit, build), machine (host,
/// kernel, CPU, cores, memory, load), Slurm's variables, command line, time. What comes from
/// LibTorch is added by whoever links it.
nlohmann::json make_context(const std::string& command);

/// UTC, "2026-11-24T08:20:00Z".
std::string utc_now();

}  // namespace multistate
