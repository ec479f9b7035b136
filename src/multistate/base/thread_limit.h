#pragma once

#include <cstdint>
#include <string>

namespace multistate {

/// More threads than this are a mistake, and pools of them take minutes to make.
inline constexpr int64_t kMostThreads = 1024;

/// Makes as many threads, and ends them again: whether the process may have them is found out
/// before the work starts, not in the middle of it. Throws InputError that begins with `option`
/// when there are fewer (ulimit -u, pids.max of a cgroup, memory for stacks), or when more than
/// kMostThreads are asked for.
void require_threads(int64_t count, const std::string& option);

}  // namespace multistate
