#pragma once

#include <cstdint>
#include <string>

#include <nlohmann/json_fwd.hpp>

namespace multistate {

/// make_context() with what the engine adds: LibTorch, BLAS, `jobs` samples in parallel with
/// `threads` threads each.
nlohmann::json make_run_context(const std::string& command, int64_t jobs, int64_t threads);

}  // namespace multistate
