#include "multistate/base/thread_limit.h"

#include <future>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "multistate/base/error.h"

namespace multistate {
namespace {

/// What the system says when it makes fewer than `count` threads that live together, and how many
/// it made.
std::error_code try_threads(int64_t count, std::vector<std::thread>& threads,
                            const std::shared_future<void>& end) {
  try {
    while (static_cast<int64_t>(threads.size()) < count) {
      threads.emplace_back([end] { end.wait(); });
    }
  } catch (const std::system_error& error) {
    return error.code();
  }
  return {};
}

}  // namespace

void require_threads(int64_t count, const std::string& option) {
  if (count > kMostThreads) {
    throw InputError(
        fmt::format("{}: {} threads; at most {} are made", option, count, kMostThreads));
  }
  std::promise<void> end;
  std::vector<std::thread> threads;
  threads.reserve(static_cast<size_t>(count));
  const std::error_code error = try_threads(count, threads, end.get_future().share());
  end.set_value();
  for (std::thread& thread : threads) {
    thread.join();
  }
  if (error) {
    throw InputError(fmt::format(
        "{}: {} threads; the system lets this process make {}: {}. Ask for fewer, or raise the "
        "limit on processes (ulimit -u) or on memory (ulimit -v)",
        option, count, threads.size(), error.message()));
  }
}

}  // namespace multistate
