#include "multistate/sweep/verdict_lines.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include <fmt/format.h>

#include "multistate/aggregate/collect.h"
#include "multistate/aggregate/comparer.h"
#include "multistate/aggregate/groups.h"
#include "multistate/base/output_file.h"
#include "multistate/base/text.h"
#include "multistate/results/manifest.h"
#include "multistate/results/power.h"

namespace multistate {
namespace {

using nlohmann::json;

/// "tova", "streaming sinks=4": the policy and the options that the sweep sets.
std::string label_of(const PlannedCell& cell) {
  std::string label = cell.spec->policy.entry->info.name;
  for (const auto& [key, value] : cell.spec->parameters.items()) {
    if (key.starts_with("policy.") && key != "policy.name") {
      label += fmt::format(" {}={}", key.substr(7), parameter_text(value));
    }
  }
  return label;
}

/// What a cell is run on: all but policy, state size and seed.
std::string setting_of(const PlannedCell& cell) {
  json config = cell.config();
  for (const char* key : {"policy", "state_size", "state_fraction", "seed", "limit"}) {
    config.erase(key);
  }
  return config.dump();
}

/// Cells of one setting and state size by label; several differ in their seed only.
using Policies = std::map<std::string, std::vector<const PlannedCell*>>;
using Places = std::map<std::pair<std::string, int64_t>, Policies>;

Places places_of(const SweepPlan& plan) {
  Places places;
  std::map<const Workload*, std::string> settings;
  for (const PlannedCell& cell : plan.cells) {
    if (cell.spec->policy.has_size()) {
      const auto [setting, is_new] = settings.try_emplace(cell.workload.get());
      if (is_new) {
        setting->second = setting_of(cell);
      }
      places[{setting->second, cell.spec->policy.state_size}][label_of(cell)].push_back(&cell);
    }
  }
  return places;
}

/// The metrics that experiments show first, as far as a cell has them.
std::vector<std::string> headline_of(const SweepPlan& plan,
                                     const aggregate::Collection& collection) {
  std::set<std::string> names;
  for (const PlannedCell& cell : plan.cells) {
    const auto headline = cell.spec->experiment.experiment->headline();
    names.insert(headline.begin(), headline.begin() + (headline.empty() ? 0 : 1));
  }
  std::erase_if(names, [&](const std::string& name) {
    return std::none_of(collection.cells.begin(), collection.cells.end(),
                        [&](const aggregate::Cell& cell) { return cell.metrics.contains(name); });
  });
  return {names.begin(), names.end()};
}

std::string lines_of(const aggregate::Finding& finding) {
  std::string text =
      fmt::format("{} at {}: {}\n", finding.metric, *finding.state_size, finding.sentence);
  for (const std::string& one : finding.not_ranked) {
    text += fmt::format("  not ranked: {}\n", one);
  }
  return text;
}

}  // namespace

std::string verdict_lines(const SweepPlan& plan) {
  if (!is_there(plan.spec.output / kManifestFile)) {
    return "";  // Stopped before anything was written.
  }
  const std::array folders = {plan.spec.output};
  const auto collection = aggregate::collect(folders);
  aggregate::AnalysisOptions options;
  options.headline = headline_of(plan, collection);
  options.replicates = 0;  // Of bootstraps: no interval is shown.
  if (options.headline.empty()) {
    return "";
  }
  std::vector<std::string> warnings;  // For who reads a report.
  aggregate::Workspace work(collection, options, metrics_of(collection, options), warnings);
  auto groups = make_groups(collection, options, warnings);
  compare_groups(groups, work);
  std::string text;
  for (const aggregate::Group& group : groups) {
    std::string lines;
    for (const aggregate::Finding& finding : group.findings) {
      lines += finding.state_size && finding.policies > 1 ? lines_of(finding) : "";
    }
    const auto setting = aggregate::distinctions_of(group, groups);
    text += lines.empty() || setting.empty() ? lines : join(setting, ", ") + "\n" + lines;
  }
  return text;
}

std::string power_line(const SweepPlan& plan) {
  size_t most = 1;
  int64_t samples = 0;
  std::optional<std::string> clustered;
  for (const auto& [place, policies] : places_of(plan)) {
    std::set<std::string> competing;
    for (const auto& [label, cells] : policies) {
      const Role role = cells.front()->spec->policy.entry->info.role;
      if (role == Role::kPolicy || role == Role::kControl) {
        competing.insert(label);
      }
    }
    if (competing.size() > most) {
      most = competing.size();
      const PlannedCell& cell = *policies.begin()->second.front();
      const Resampling resampling = cell.workload->resampling();
      samples = cell.samples;
      clustered = resampling.clustered() ? std::optional(resampling.unit) : std::nullopt;
    }
  }
  if (most < 2 || samples < 1) {
    return "";
  }
  std::string text = detectable_text(static_cast<size_t>(samples), most, "sample");
  if (clustered) {
    text += fmt::format("; samples of one {} are one observation, so that it has to be larger",
                        *clustered);
  }
  return text + "\n";
}

}  // namespace multistate
