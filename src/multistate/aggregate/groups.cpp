#include "multistate/aggregate/groups.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

/// What cells of a group have in common: all but these.
Json key_of(const Cell& cell) {
  constexpr std::array<std::string_view, 6> kFree = {"state_size", "state_fraction", "seed",
                                                     "limit",      "name",           "output"};
  Json key = Json::object();
  for (const auto& [name, value] : cell.parameters) {
    if (!name.starts_with("policy.") &&
        std::find(kFree.begin(), kFree.end(), name) == kFree.end()) {
      key[name] = value;
    }
  }
  return key;
}

/// The same as text. Files are the same when their contents are, whatever path leads to them.
std::string identity_of(const Cell& cell) {
  Json identity = key_of(cell);
  for (const auto& [key, hash] : {std::pair("model.path", "/inputs/model_sha256"),
                                  std::pair("experiment.data", "/inputs/data_sha256")}) {
    if (const Json& content = cell.in_context(hash); !content.is_null()) {
      identity[key] = content;
    }
  }
  return parameter_text(identity);
}

}  // namespace

StateSize state_size_of(const Cell& cell) {
  const Json& value = cell.parameter("state_size");
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
    if (!cell.is_done()) {
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
        fmt::format("{} cells appear more than once (the same id): compared once", twice));
  }
  return groups;
}

std::vector<std::string> distinctions_of(const Group& group, const std::vector<Group>& all) {
  std::vector<std::string> distinctions;
  for (const auto& [key, value] : group.key.items()) {
    for (const Group& other : all) {
      if (other.key.value(key, Json()) != value) {
        distinctions.push_back(fmt::format("{} = {}", key, parameter_text(value)));
        break;
      }
    }
  }
  return distinctions;
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

std::optional<double> mean_metric(const Collection& collection, const Seeds& cells,
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

std::vector<MetricInfo> metrics_of(const Collection& collection, const AnalysisOptions& options) {
  std::map<std::string, MetricInfo> infos;
  std::vector<std::string> names;
  for (const Cell& cell : collection.cells) {
    for (const auto& [name, metric] : cell.metrics) {
      infos.try_emplace(name, MetricInfo{name, metric.unit, metric.direction(), false});
    }
  }
  names.reserve(infos.size());
  for (const auto& [name, info] : infos) {
    names.push_back(name);
  }
  std::set<std::string> headline(options.headline.begin(), options.headline.end());
  for (const std::string& name : options.headline) {
    if (!infos.contains(name)) {
      throw InputError(fmt::format("metric {} is in no result; there are {}{}", in_quotes(name),
                                   join(names), did_you_mean(name, names)));
    }
  }
  if (headline.empty()) {
    headline = {"nll", "perplexity"};
    if (!infos.contains("nll") && !infos.contains("perplexity")) {
      headline.insert(names.begin(), names.end());
    }
  }
  std::vector<MetricInfo> metrics;
  for (auto& [name, info] : infos) {
    info.headline = headline.contains(name);
    metrics.push_back(info);
  }
  return metrics;
}

}  // namespace multistate::aggregate
