#include "multistate/sweep/verdict_lines.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <set>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"
#include "multistate/results/candidates.h"
#include "multistate/results/cell_folder.h"
#include "multistate/results/metric.h"
#include "multistate/results/policy_names.h"
#include "multistate/results/power.h"
#include "multistate/results/ratio.h"
#include "multistate/results/verdict.h"

namespace multistate {
namespace {

using nlohmann::json;

/// "tova", "streaming sinks=4": the policy and the options that the sweep sets.
std::string label_of(const PlannedCell& cell) {
  std::string label = cell.spec->policy.entry->info.name;
  for (const auto& [key, value] : cell.spec->parameters.items()) {
    if (key.starts_with("policy.") && key != "policy.name") {
      label += fmt::format(" {}={}", key.substr(7),
                           value.is_string() ? value.get<std::string>() : value.dump());
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

/// The same in words: parameters that the sweep sets.
std::string setting_text(const PlannedCell& cell) {
  std::vector<std::string> words;
  for (const auto& [key, value] : cell.spec->parameters.items()) {
    if (!key.starts_with("policy.") && key != "state_size" && key != "state_fraction" &&
        key != "seed") {
      words.push_back(key + "=" + value.dump());
    }
  }
  return join(words, " ");
}

/// Cells of one setting and state size by label; several differ in their seed only.
using Policies = std::map<std::string, std::vector<const PlannedCell*>>;
using Places = std::map<std::pair<std::string, int64_t>, Policies>;

Places places_of(const SweepPlan& plan) {
  Places places;
  for (const PlannedCell& cell : plan.cells) {
    if (cell.spec->policy.bounded()) {
      places[{setting_of(cell), cell.spec->policy.state_size}][label_of(cell)].push_back(&cell);
    }
  }
  return places;
}

/// What the samples of a policy add to a metric, by unit; of several seeds their sums.
struct Columns {
  std::vector<double> numerators;
  std::vector<double> denominators;
};

/// A policy of a state size that is done.
struct Done {
  Entrant entrant;
  double value = 0.0;  ///< Of several seeds their mean.
  Metric metric;
  std::string unit = "sample";
  Columns columns;
};

std::string unit_of(const json& values, const std::string& key, size_t sample) {
  return key.empty() ? std::to_string(sample) : values.at(key).dump();
}

/// Adds what one cell's samples are.
void add_samples(const std::filesystem::path& path, const SampleRatio& ratio,
                 const std::string& key, Columns& columns) {
  std::ifstream stream(path);
  std::map<std::string, size_t> units;
  size_t sample = 0;
  for (std::string line; std::getline(stream, line); ++sample) {
    const json values = json::parse(line).at("values");
    const size_t unit = units.try_emplace(unit_of(values, key, sample), units.size()).first->second;
    columns.numerators.resize(std::max(columns.numerators.size(), unit + 1), 0.0);
    columns.denominators.resize(columns.numerators.size(), 0.0);
    columns.numerators[unit] += number_from_json(values.at(ratio.numerator));
    columns.denominators[unit] +=
        ratio.denominator ? number_from_json(values.at(*ratio.denominator)) : 1.0;
  }
}

/// A cell's result; null when it is not done or has no such metric made of samples.
json result_of(const SweepPlan& plan, const PlannedCell& cell, const std::string& metric) {
  const CellFolder folder(plan.spec.output / "cells" / cell.folder(), cell.id);
  if (folder.state() != CellState::kDone) {
    return nullptr;
  }
  json result = folder.result();
  const auto found = result.at("metrics").find(metric);
  return found == result.at("metrics").end() || !found->contains("samples") ? json() : result;
}

/// Adds what a finished cell has. False when it is not done, or has no such metric.
bool add_cell(const SweepPlan& plan, const PlannedCell& cell, const std::string& metric,
              size_t seeds, Done& done) {
  const auto folder = plan.spec.output / "cells" / cell.folder();
  try {
    const json result = result_of(plan, cell, metric);
    if (result.is_null()) {
      return false;
    }
    done.metric = metric_from_json(result.at("metrics").at(metric), metric);
    done.value += done.metric.value / static_cast<double>(seeds);
    done.entrant.role = result.value("/policy/role"_json_pointer, std::string("policy"));
    const double peak = result.at("state").at("bytes_peak");
    done.entrant.peak_bytes = std::max(peak, done.entrant.peak_bytes.value_or(0.0));
    done.entrant.limited = result.at("counts").at("limited");
    done.unit = result.value("/resampling/unit"_json_pointer, done.unit);
    add_samples(folder / "samples.jsonl", *done.metric.samples,
                result.value("/resampling/key"_json_pointer, std::string()), done.columns);
    return true;
  } catch (const json::exception& error) {
    throw InputError(fmt::format("{}: result.json or samples.jsonl is not as it was written: {}",
                                 folder.string(), error.what()));
  }
}

std::optional<Done> done_of(const SweepPlan& plan, const std::string& label,
                            const std::vector<const PlannedCell*>& seeds,
                            const std::string& metric) {
  Done done;
  done.entrant.label = display_name(label);
  for (const PlannedCell* cell : seeds) {
    if (!add_cell(plan, *cell, metric, seeds.size(), done)) {
      return std::nullopt;
    }
  }
  return done;
}

Verdict verdict_on(const std::vector<Done>& policies) {
  std::vector<Candidate> candidates;
  for (const Done& policy : policies) {
    candidates.push_back({policy.entrant.label, policy.value, policy.entrant.role == "control"});
  }
  const auto differences = [&](size_t a, size_t b) -> std::optional<std::vector<double>> {
    const Columns& left = policies[a].columns;
    const Columns& right = policies[b].columns;
    if (left.numerators.size() != right.numerators.size() || left.numerators.empty()) {
      return std::nullopt;
    }
    const RatioForm form = {policies[a].metric.samples->scale, false};
    auto paired = paired_differences({left.numerators, left.denominators},
                                     {right.numerators, right.denominators}, form);
    const bool finite =
        std::all_of(paired.begin(), paired.end(), [](double x) { return std::isfinite(x); });
    return finite ? std::optional(std::move(paired)) : std::nullopt;
  };
  VerdictOptions options;
  options.higher_is_better = policies.front().metric.direction();
  options.unit = policies.front().unit;
  return judge(candidates, differences, options);
}

/// The line of one place and metric; empty where fewer than two policies have it.
std::string line_of(const SweepPlan& plan, const Policies& policies, const std::string& metric,
                    int64_t state_size) {
  std::vector<Done> done;
  std::vector<Entrant> entrants;
  for (const auto& [label, seeds] : policies) {
    if (auto one = done_of(plan, label, seeds, metric)) {
      entrants.push_back(one->entrant);
      done.push_back(std::move(*one));
    }
  }
  if (done.size() < 2) {
    return "";
  }
  const Field field = choose_field(entrants);
  std::vector<Done> ranked;
  for (const size_t entrant : field.ranked) {
    ranked.push_back(std::move(done[entrant]));
  }
  std::string text;
  if (!ranked.empty()) {
    text = fmt::format("{} at {}: {}\n", metric, state_size, verdict_on(ranked).sentence);
  }
  for (const auto& [entrant, why] : field.not_ranked) {
    text += fmt::format("  not ranked: {}, {}\n", entrants[entrant].label, why);
  }
  return text;
}

}  // namespace

std::string verdict_lines(const SweepPlan& plan) {
  const Places places = places_of(plan);
  std::string text;
  std::string setting;
  for (const auto& [place, policies] : places) {
    const Experiment& experiment = *policies.begin()->second.front()->spec->experiment.experiment;
    const auto headline = experiment.headline();
    if (headline.empty()) {
      continue;
    }
    const std::string line = line_of(plan, policies, headline.front(), place.second);
    const bool several = places.begin()->first.first != places.rbegin()->first.first;
    if (!line.empty() && several && setting != place.first) {
      text += setting_text(*policies.begin()->second.front()) + "\n";
      setting = place.first;
    }
    text += line;
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
