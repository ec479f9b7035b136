#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace multistate {

/// What else used the machine while something was measured.
struct SampleLoad {
  int64_t jobs_beside = 0;  ///< Other samples of this process that ran at the same time, at most.
  double seconds = 0.0;     ///< On the clock.
  std::optional<double> other_cpu_seconds;  ///< Of other processes; none where unknown.
};

/// {"jobs_beside", "seconds", "other_cpu_seconds" (null where unknown)}, and back. load_from_json()
/// throws nlohmann::json::exception.
nlohmann::json to_json(const SampleLoad& load);
SampleLoad load_from_json(const nlohmann::json& json);

/// Measures from its construction: the time that the CPUs of the machine were busy (/proc/stat:
/// user, nice, system, interrupts, and time stolen by other virtual machines) less that of this
/// process (getrusage). The kernel counts in ticks of 10 ms, so that stretches below a fifth of a
/// second are inexact; a difference below zero is such rounding, and is given as 0.
class LoadMeter {
 public:
  LoadMeter();

  /// Since construction; `jobs_beside` is left at 0.
  SampleLoad load() const;

 private:
  std::chrono::steady_clock::time_point start_;
  std::optional<double> machine_;
  double process_;
};

/// Several samples together.
struct TotalLoad {
  std::optional<int64_t> jobs_beside;  ///< The most.
  std::optional<double> other_cpus;    ///< CPUs that other processes used, on average.
};

/// Unknown where it is unknown for one of them, or there is none.
TotalLoad total_load(const std::vector<SampleLoad>& loads);

/// If other processes use more CPUs than this, a measurement of time is disturbed.
inline constexpr double kQuietCpus = 0.1;

/// Why speeds measured under this load are not valid; empty: they are.
/// "2 samples ran beside it", "other processes used 0.7 CPUs", "the load of the machine is
/// unknown".
std::vector<std::string> noise_reasons(const TotalLoad& load);

}  // namespace multistate
