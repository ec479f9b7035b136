#include "aggregate/analysis/groups.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate::aggregate {
namespace {

/// What may differ within a group.
bool is_free(const std::string& key) {
  constexpr std::array<std::string_view, 6> kFree = {"state_size", "state_fraction", "seed",
                                                     "limit",      "name",           "output"};
  return key.starts_with("policy.") || std::find(kFree.begin(), kFree.end(), key) != kFree.end();
}

std::string text_of(const nlohmann::json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Hash of an input, where the result has it.
nlohmann::json input_hash(const Cell& cell, const char* name) {
  if (cell.context.is_object() && cell.context.contains("inputs")) {
    return cell.context["inputs"].value(name, nlohmann::json());
  }
  return nullptr;
}

/// Everything that cells of a group have in common. Files are the same when their contents are,
/// whatever path leads to them.
std::string identity_of(const Cell& cell) {
  auto identity = nlohmann::json::object();
  for (const auto& [key, value] : cell.parameters) {
    if (!is_free(key)) {
      identity[key] = value;
    }
  }
  for (const auto& [key, hash] :
       {std::pair("model.path", "model_sha256"), std::pair("experiment.data", "data_sha256")}) {
    const auto content = input_hash(cell, hash);
    if (!content.is_null()) {
      identity[key] = content;
    }
  }
  return text_of(identity);
}

nlohmann::json key_of(const Cell& cell) {
  auto key = nlohmann::json::object();
  for (const auto& [name, value] : cell.parameters) {
    if (!is_free(name)) {
      key[name] = value;
    }
  }
  return key;
}

}  // namespace

nlohmann::json parameter_of(const Cell& cell, const std::string& key) {
  const auto found = cell.parameters.find(key);
  return found == cell.parameters.end() ? nlohmann::json() : found->second;
}

StateSize state_size_of(const Cell& cell) {
  const auto value = parameter_of(cell, "state_size");
  return value.is_number_integer() ? StateSize(value.get<int64_t>()) : std::nullopt;
}

std::vector<Group> make_groups(const Collection& collection, const AnalysisOptions& options,
                               std::vector<std::string>& warnings) {
  std::vector<Group> groups;
  std::map<std::string, size_t> places;
  std::set<std::string> ids;
  size_t twice = 0;
  for (size_t i = 0; i < collection.cells.size(); ++i) {
    const Cell& cell = collection.cells[i];
    if (cell.state != CellState::kDone) {
      continue;
    }
    if (!cell.id.empty() && !ids.insert(cell.id).second) {
      ++twice;
      continue;
    }
    const auto [place, is_new] = places.try_emplace(identity_of(cell), groups.size());
    if (is_new) {
      groups.emplace_back().key = key_of(cell);
    }
    Group& group = groups[place->second];
    group.cells.push_back(i);
    if (!group.baseline && cell.label == options.baseline) {
      group.baseline = i;
    }
  }
  if (twice > 0) {
    warnings.push_back(
        fmt::format("{} cells are there more than once (the same id): compared once", twice));
  }
  return groups;
}

Layout layout_of(const Group& group, const Collection& collection) {
  Layout layout;
  for (const size_t cell : group.cells) {
    if (group.baseline != cell) {
      layout[state_size_of(collection.cells[cell])][collection.cells[cell].label].push_back(cell);
    }
  }
  return layout;
}

std::optional<double> mean_metric(const Collection& collection, const std::vector<size_t>& cells,
                                  const std::string& metric) {
  double sum = 0.0;
  for (const size_t cell : cells) {
    const auto found = collection.cells[cell].metrics.find(metric);
    if (found == collection.cells[cell].metrics.end()) {
      return std::nullopt;
    }
    sum += found->second.value;
  }
  return cells.empty() ? std::nullopt : std::optional(sum / static_cast<double>(cells.size()));
}

std::vector<std::string> varying_parameters(const Collection& collection) {
  // By key, and for a policy's option by policy: defaults that differ from policy to policy are no
  // parameter that varies.
  std::map<std::pair<std::string, std::string>, const nlohmann::json*> first;
  std::set<std::string> varying;
  for (const Cell& cell : collection.cells) {
    const std::string policy = text_of(parameter_of(cell, "policy.name"));
    for (const auto& [key, value] : cell.parameters) {
      if (value.is_null()) {
        continue;
      }
      const std::string scope = key.starts_with("policy.") ? policy : "";
      const auto [place, is_new] = first.try_emplace({key, scope}, &value);
      if (!is_new && *place->second != value) {
        varying.insert(key);
      }
    }
  }
  varying.erase("policy.name");
  varying.erase("state_size");
  std::vector<std::string> names = {"policy.name", "state_size"};
  names.insert(names.end(), varying.begin(), varying.end());
  return names;
}

std::vector<MetricInfo> metrics_of(const Collection& collection, const AnalysisOptions& options) {
  std::map<std::string, MetricInfo> infos;
  for (const Cell& cell : collection.cells) {
    for (const auto& [name, metric] : cell.metrics) {
      infos.try_emplace(name, MetricInfo{name, metric.unit, metric.direction(), false});
    }
  }
  std::vector<std::string> names;
  names.reserve(infos.size());
  for (const auto& [name, info] : infos) {
    names.push_back(name);
  }
  std::vector<std::string> headline = options.headline;
  for (const std::string& name : headline) {
    if (!infos.contains(name)) {
      throw InputError(fmt::format("metric {} is in no result; there are {}{}", in_quotes(name),
                                   join(names), did_you_mean(name, names)));
    }
  }
  for (const std::string name : {"nll", "perplexity"}) {
    if (options.headline.empty() && infos.contains(name)) {
      headline.push_back(name);
    }
  }
  std::vector<MetricInfo> metrics;
  for (auto& [name, info] : infos) {
    info.headline =
        headline.empty() || std::find(headline.begin(), headline.end(), name) != headline.end();
    metrics.push_back(info);
  }
  return metrics;
}

}  // namespace multistate::aggregate
