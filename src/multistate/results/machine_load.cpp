#include "multistate/results/machine_load.h"

#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>
#include <unistd.h>

namespace multistate {
namespace {

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

double process_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
}

/// Busy seconds of all CPUs since the machine started.
std::optional<double> machine_seconds() {
  std::ifstream file("/proc/stat");
  std::string cpu;
  double user = 0.0;
  double nice = 0.0;
  double system = 0.0;
  double idle = 0.0;
  double io_wait = 0.0;
  double interrupts = 0.0;
  double soft_interrupts = 0.0;
  double stolen = 0.0;
  if (!(file >> cpu >> user >> nice >> system >> idle >> io_wait >> interrupts >> soft_interrupts >>
        stolen) ||
      cpu != "cpu") {
    return std::nullopt;
  }
  return (user + nice + system + interrupts + soft_interrupts + stolen) /
         static_cast<double>(::sysconf(_SC_CLK_TCK));
}

}  // namespace

nlohmann::json to_json(const SampleLoad& load) {
  nlohmann::json json = {
      {"jobs_beside", load.jobs_beside}, {"seconds", load.seconds}, {"other_cpu_seconds", nullptr}};
  if (load.other_cpu_seconds) {
    json["other_cpu_seconds"] = *load.other_cpu_seconds;
  }
  return json;
}

SampleLoad load_from_json(const nlohmann::json& json) {
  SampleLoad load;
  load.jobs_beside = json.at("jobs_beside");
  load.seconds = json.at("seconds");
  if (const auto& other = json.at("other_cpu_seconds"); !other.is_null()) {
    load.other_cpu_seconds = other.get<double>();
  }
  return load;
}

LoadMeter::LoadMeter()
    : start_(std::chrono::steady_clock::now()),
      machine_(machine_seconds()),
      process_(process_seconds()) {}

SampleLoad LoadMeter::load() const {
  SampleLoad load;
  load.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  const auto machine = machine_seconds();
  if (machine && machine_) {
    load.other_cpu_seconds = std::max(0.0, (*machine - *machine_) - (process_seconds() - process_));
  }
  return load;
}

TotalLoad total_load(const std::vector<SampleLoad>& loads) {
  if (loads.empty()) {
    return {};
  }
  double seconds = 0.0;
  double others = 0.0;
  int64_t beside = 0;
  bool others_known = true;
  for (const SampleLoad& load : loads) {
    seconds += load.seconds;
    others += load.other_cpu_seconds.value_or(0.0);
    others_known = others_known && load.other_cpu_seconds.has_value();
    beside = std::max(beside, load.jobs_beside);
  }
  TotalLoad total;
  total.jobs_beside = beside;
  if (others_known && seconds > 0.0) {
    total.other_cpus = others / seconds;
  }
  return total;
}

std::vector<std::string> noise_reasons(const TotalLoad& load) {
  std::vector<std::string> reasons;
  if (load.jobs_beside && *load.jobs_beside > 0) {
    reasons.push_back(*load.jobs_beside == 1
                          ? std::string("another sample ran beside it")
                          : fmt::format("{} other samples ran beside it", *load.jobs_beside));
  }
  if (load.other_cpus && *load.other_cpus > kQuietCpus) {
    reasons.push_back(fmt::format("other processes used {:.1f} CPUs", *load.other_cpus));
  }
  if (!load.jobs_beside || !load.other_cpus) {
    reasons.emplace_back("the load of the machine is unknown");
  }
  return reasons;
}

}  // namespace multistate
