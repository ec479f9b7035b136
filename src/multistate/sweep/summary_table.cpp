#include "multistate/sweep/summary_table.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "multistate/base/text.h"
#include "multistate/experiment/recent_samples.h"
#include "multistate/results/read_cell.h"

namespace multistate {
namespace {

using Row = std::vector<std::string>;

/// Names of all parameters of the plan; policy and state size always, since a table without them
/// says little.
std::vector<std::string> parameter_names(const SweepPlan& plan) {
  std::vector<std::string> names = {"policy.name", "state_size"};
  for (const PlannedCell& cell : plan.cells) {
    for (const auto& [key, value] : cell.spec->parameters.items()) {
      if (std::find(names.begin(), names.end(), key) == names.end()) {
        names.push_back(key);
      }
    }
  }
  return names;
}

Row parameter_values(const PlannedCell& cell, const std::vector<std::string>& names) {
  Row row;
  for (const std::string& name : names) {
    if (cell.spec->parameters.contains(name)) {
      row.push_back(parameter_text(cell.spec->parameters[name]));
    } else if (name == "policy.name") {
      row.push_back(cell.spec->policy.entry->info.name);
    } else {
      row.push_back(name == "state_size" && cell.spec->policy.has_size()
                        ? std::to_string(cell.spec->policy.state_size)
                        : "-");
    }
  }
  return row;
}

/// The metrics that experiments want to be shown first, whether a cell has them or not.
std::vector<std::string> headline(const SweepPlan& plan) {
  std::vector<std::string> names;
  for (const PlannedCell& cell : plan.cells) {
    for (const std::string& name : cell.spec->experiment.experiment->headline()) {
      if (std::find(names.begin(), names.end(), name) == names.end()) {
        names.push_back(name);
      }
    }
  }
  return names;
}

std::string metric_text(const StoredCell& cell, const std::string& name) {
  const auto metric = cell.metrics.find(name);
  if (metric == cell.metrics.end()) {
    return "-";
  }
  const double value = metric->second.value;
  if (!std::isfinite(value)) {
    return number_to_json(value);
  }
  return metric->second.standard_error
             ? fmt::format("{:.4f} ± {:.4f}", value, *metric->second.standard_error)
             : fmt::format("{:.4f}", value);
}

using Results = std::vector<std::pair<const PlannedCell*, StoredCell>>;

Results results_of(const SweepPlan& plan) {
  Results results;
  std::vector<Problem> problems;  // `status` and `aggregate` name them.
  for (const PlannedCell& cell : plan.cells) {
    const ManifestCell planned = {cell.id, cell.folder(), cell.spec->parameters};
    auto found = read_cell(plan.spec.output / "cells" / cell.folder(), &planned, false, problems);
    if (found && found->is_done()) {
      results.emplace_back(&cell, *std::move(found));
    }
  }
  return results;
}

/// Tokens a second, where that was measured.
std::string speed_text(const StoredCell& cell) {
  const auto rate = cell.measures.find("tokens_per_s");
  return rate == cell.measures.end() ? "-" : fmt::format("{:.0f}", rate->second);
}

std::string setup_of(const Results& results) {
  std::vector<RunSetup> setups;
  for (const auto& [cell, result] : results) {
    setups.push_back(result.setup);
  }
  return results.empty() ? "" : setup_line(setups) + "\n";
}

/// Groups of quantised rows that thin out take more than is expected.
std::string expected_state(const PlannedCell& cell) {
  const std::string bytes = human_bytes(static_cast<double>(cell.state_bytes));
  return cell.spec->policy.needs.quantization ? bytes + " or more" : bytes;
}

}  // namespace

std::string summary_table(const SweepPlan& plan) {
  const Results results = results_of(plan);
  const auto parameters = parameter_names(plan);
  auto metrics = headline(plan);
  std::erase_if(metrics, [&](const std::string& name) {
    return std::none_of(results.begin(), results.end(),
                        [&](const auto& one) { return one.second.metrics.contains(name); });
  });
  std::vector<Row> rows = {parameters};
  rows[0].insert(rows[0].end(), metrics.begin(), metrics.end());
  const bool has_speed = std::any_of(results.begin(), results.end(),
                                     [](const auto& one) { return speed_text(one.second) != "-"; });
  if (has_speed) {
    rows[0].emplace_back("tokens/s");
  }
  rows[0].emplace_back("state");
  for (const auto& [cell, result] : results) {
    Row row = parameter_values(*cell, parameters);
    for (const std::string& name : metrics) {
      row.push_back(metric_text(result, name));
    }
    if (has_speed) {
      row.push_back(speed_text(result));
    }
    row.push_back(human_bytes(result.measures.at("state_bytes")));
    rows.push_back(row);
  }
  return fmt::format("{}{}{} of {} planned cells\n", setup_of(results),
                     results.empty() ? "" : format_table(rows), results.size(), plan.cells.size());
}

std::string plan_table(const SweepPlan& plan) {
  const auto parameters = parameter_names(plan);
  std::vector<Row> rows = {{"id"}};
  rows[0].insert(rows[0].end(), parameters.begin(), parameters.end());
  rows[0].insert(rows[0].end(), {"samples", "tokens", "state", "have"});
  int64_t tokens = 0;
  int64_t comparison = 0;
  for (const PlannedCell& cell : plan.cells) {
    const CellFolder folder(plan.spec.output / "cells" / cell.folder(), cell.id);
    Row row = {cell.id.substr(0, 8)};
    const Row values = parameter_values(cell, parameters);
    row.insert(row.end(), values.begin(), values.end());
    row.insert(row.end(), {human_count(cell.samples), human_count(cell.tokens),
                           expected_state(cell), to_string(folder.state())});
    rows.push_back(row);
    tokens += cell.tokens;
    comparison = std::max(comparison, cell.comparison_bytes);
  }
  const std::string beside =
      comparison == 0 ? ""
                      : fmt::format(
                            "beside the states: {} of the full cache's run for each sample "
                            "under way, and for {} more\n",
                            human_bytes(static_cast<double>(comparison)), kUnusedSamples);
  return fmt::format("{}{} cells, {} tokens\n{}", format_table(rows), plan.cells.size(),
                     human_count(tokens), beside);
}

}  // namespace multistate
