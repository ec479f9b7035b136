#include "multistate/cli/measured_policies.h"

#include <algorithm>

#include <fmt/format.h>

#include "multistate/policy/registry.h"
#include "multistate/results/metric.h"
#include "multistate/results/sweep_reader.h"

namespace multistate {
namespace {

/// How many options of the cell's policy are not at their defaults; none where the cell was run by
/// another version of the policy, whose figures say nothing of this one, or the policy is unknown.
std::optional<size_t> options_set(nlohmann::json policy) {
  const PolicyEntry* entry = policy_registry().find(policy.at("name").get<std::string>());
  if (entry == nullptr || policy.at("version") != entry->info.version) {
    return std::nullopt;
  }
  policy.erase("name");
  policy.erase("version");
  return entry->off_defaults(policy).size();
}

MeasuredCell measured(const nlohmann::json& result) {
  const Metric metric = metric_from_json(result.at("metrics").at("perplexity"), "perplexity");
  MeasuredCell cell;
  cell.perplexity = metric.standard_error
                        ? fmt::format("{:.1f} ± {:.1f}", metric.value, *metric.standard_error)
                        : fmt::format("{:.1f}", metric.value);
  cell.state_bytes = result.at("state").at("bytes_peak");
  return cell;
}

}  // namespace

const MeasuredCell* MeasuredPolicies::find(const std::string& policy, int64_t state_size) const {
  const auto of_policy = cells.find(policy);
  if (of_policy == cells.end()) {
    return nullptr;
  }
  const auto found = of_policy->second.find(state_size);
  return found == of_policy->second.end() ? nullptr : &found->second;
}

MeasuredPolicies read_measured_policies(const std::filesystem::path& folder) {
  MeasuredPolicies all;
  std::map<std::pair<std::string, int64_t>, size_t> fewest;
  for (const CellStatus& status : read_sweep_status(folder).cells) {
    if (status.state != CellState::kDone) {
      continue;
    }
    const auto result = CellFolder(folder / status.cell.folder, status.cell.id).result();
    if (!result.at("metrics").contains("perplexity")) {
      continue;
    }
    const auto& config = result.at("config");
    const std::string name = config.at("policy").at("name");
    const auto& size = config.at("state_size");
    const int64_t state_size = size.is_null() ? 0 : size.get<int64_t>();
    const auto set = options_set(config.at("policy"));
    const auto known = fewest.find({name, state_size});
    if (set && (known == fewest.end() || *set < known->second)) {
      fewest[{name, state_size}] = *set;
      all.cells[name][state_size] = measured(result);
    }
    if (state_size > 0 && std::find(all.state_sizes.begin(), all.state_sizes.end(), state_size) ==
                              all.state_sizes.end()) {
      all.state_sizes.push_back(state_size);
    }
  }
  if (all.cells.empty()) {
    throw InputError(fmt::format("{}: no finished cell with a perplexity", folder.string()));
  }
  std::sort(all.state_sizes.begin(), all.state_sizes.end());
  return all;
}

}  // namespace multistate
