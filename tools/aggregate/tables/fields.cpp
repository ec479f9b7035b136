#include "aggregate/tables/fields.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <set>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

#include "aggregate/reading/labels.h"

namespace multistate::aggregate {
namespace {

constexpr std::array<const char*, 5> kOwnFields = {"label", "sweep", "state", "limited", "id"};

std::optional<double> number_in(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !std::isnan(value)
             ? std::optional(value)
             : std::nullopt;
}

std::string scope_of(const Cell& cell, const std::string& key) {
  const auto policy = cell.parameters.find("policy.name");
  return key.starts_with("policy.") && key != "policy.name" && policy != cell.parameters.end()
             ? parameter_text(policy->second)
             : "";
}

}  // namespace

std::optional<std::string> field_of(const Collection& collection, const Cell& cell,
                                    const std::string& key) {
  if (key == "label") {
    return cell.label;
  }
  if (key == "sweep") {
    return collection.sweeps.at(cell.sweep).name;
  }
  if (key == "state") {
    return to_string(cell.state);
  }
  if (key == "limited") {
    return cell.limited ? "yes" : "no";
  }
  if (key == "id") {
    return cell.id.substr(0, 8);
  }
  const auto found = cell.parameters.find(key);
  return found == cell.parameters.end() ? std::nullopt
                                        : std::optional(parameter_text(found->second));
}

void check_field(const Collection& collection, const std::string& key, const std::string& option) {
  std::set<std::string> names(kOwnFields.begin(), kOwnFields.end());
  for (const Cell& cell : collection.cells) {
    for (const auto& [name, value] : cell.parameters) {
      names.insert(name);
    }
  }
  if (names.count(key) == 0) {
    const std::vector<std::string> list(names.begin(), names.end());
    throw InputError(fmt::format("{}: no cell has {}{}; there are {}", option, in_quotes(key),
                                 did_you_mean(key, list), join(list)));
  }
}

std::optional<Metric> metric_of(const Cell& cell, const std::string& name) {
  if (const auto found = cell.metrics.find(name); found != cell.metrics.end()) {
    return found->second;
  }
  const auto measure = cell.measures.find(name);
  if (measure == cell.measures.end()) {
    return std::nullopt;
  }
  Metric metric;
  metric.value = measure->second;
  return metric;
}

std::optional<bool> higher_is_better(const Collection& collection, const std::string& metric) {
  for (const Cell& cell : collection.cells) {
    if (const auto found = cell.metrics.find(metric); found != cell.metrics.end()) {
      return found->second.direction();
    }
  }
  if (metric == "tokens_per_s") {
    return true;
  }
  return metric.ends_with("_bytes") || metric.starts_with("seconds_") ? std::optional(false)
                                                                      : std::nullopt;
}

std::vector<std::string> metric_names(const Collection& collection) {
  std::set<std::string> metrics;
  std::set<std::string> measures;
  for (const Cell& cell : collection.cells) {
    for (const auto& [name, metric] : cell.metrics) {
      metrics.insert(name);
    }
    for (const auto& [name, value] : cell.measures) {
      measures.insert(name);
    }
  }
  std::vector<std::string> names(metrics.begin(), metrics.end());
  std::copy_if(measures.begin(), measures.end(), std::back_inserter(names),
               [&](const std::string& name) { return metrics.count(name) == 0; });
  return names;
}

std::vector<std::string> varying_parameters_of(const Collection& collection,
                                               std::span<const size_t> cells) {
  std::map<std::pair<std::string, std::string>, const nlohmann::json*> first;
  std::set<std::string> varying;
  for (const size_t index : cells) {
    const Cell& cell = collection.cells[index];
    for (const auto& [key, value] : cell.parameters) {
      const auto [place, is_new] = first.try_emplace({key, scope_of(cell, key)}, &value);
      if (!is_new && *place->second != value) {
        varying.insert(key);
      }
    }
  }
  return {varying.begin(), varying.end()};
}

bool is_before(const std::string& a, const std::string& b) {
  const auto left = number_in(a);
  const auto right = number_in(b);
  return left && (!right || *left < *right);
}

}  // namespace multistate::aggregate
