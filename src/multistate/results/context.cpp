#include "multistate/results/context.h"

#include <array>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <thread>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/utsname.h>
#include <unistd.h>

#include "multistate/base/build_info.h"

namespace multistate {
namespace {

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(": ");
    if (line.rfind("model name", 0) == 0 && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return "unknown";
}

nlohmann::json slurm_variables() {
  auto variables = nlohmann::json::object();
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string text = *entry;
    const auto equals = text.find('=');
    // SLURM_JWT is a credential; results are made to be passed on.
    if (text.rfind("SLURM_", 0) == 0 && text.rfind("SLURM_JWT=", 0) != 0 &&
        equals != std::string::npos) {
      variables[text.substr(0, equals)] = text.substr(equals + 1);
    }
  }
  return variables;
}

nlohmann::json machine() {
  utsname system{};
  ::uname(&system);
  std::array<double, 3> load{};
  const bool known = ::getloadavg(load.data(), 3) == 3;
  return {{"host", system.nodename},
          {"system", fmt::format("{} {}", system.sysname, system.release)},
          {"architecture", system.machine},
          {"cpu", cpu_model()},
          {"cores", std::thread::hardware_concurrency()},
          {"memory_bytes", ::sysconf(_SC_PHYS_PAGES) * ::sysconf(_SC_PAGE_SIZE)},
          {"load_average", known ? nlohmann::json(load) : nlohmann::json()}};
}

}  // namespace

std::string utc_now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

nlohmann::json make_context(const std::string& command) {
  const BuildInfo& build = build_info();
  return {{"program",
           {{"version", build.version},
            {"commit", build.commit},
            {"dirty", build.dirty},
            {"build_type", build.build_type},
            {"compiler", build.compiler}}},
          {"machine", machine()},
          {"slurm", slurm_variables()},
          {"command", command},
          {"started", utc_now()}};
}

}  // namespace multistate
