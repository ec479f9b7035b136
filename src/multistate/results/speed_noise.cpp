#include "multistate/results/speed_noise.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace multistate {
namespace {

using nlohmann::json;

const json& member(const json& object, const char* key) {
  static const json none;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && found != object.end() ? *found : none;
}

}  // namespace

std::string speed_noise(const json& result) {
  const json& perf = member(result, "perf");
  const json& noisy = member(perf, "noisy");
  if (noisy == false) {
    return "";
  }
  std::string reasons;
  for (const json& reason : member(perf, "noisy_because")) {
    if (reason.is_string()) {
      reasons += (reasons.empty() ? "" : "; ") + reason.get<std::string>();
    }
  }
  if (!reasons.empty()) {
    return reasons;
  }
  const json& jobs = member(member(member(result, "context"), "threads"), "jobs");
  return jobs.is_number_integer() && jobs > 1
             ? fmt::format("{} samples ran at a time", jobs.get<int64_t>())
             : std::string("the load of the machine was not recorded");
}

}  // namespace multistate
