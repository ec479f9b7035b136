#include "aggregate/tables/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

namespace multistate::aggregate {
namespace {

std::optional<double> number_in(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && !std::isnan(value)
             ? std::optional(value)
             : std::nullopt;
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
  const auto& value = cell.parameter(key);
  return value.is_null() ? std::nullopt : std::optional(parameter_text(value));
}

std::string name_of_label(const Collection& collection, const std::string& label) {
  const auto found = std::find_if(collection.cells.begin(), collection.cells.end(),
                                  [&](const Cell& cell) { return cell.label == label; });
  return found == collection.cells.end() ? label : found->name;
}

std::vector<std::string> field_names(const Collection& collection) {
  std::set<std::string> names = {"label", "sweep", "state", "limited", "id"};
  for (const Cell& cell : collection.cells) {
    for (const auto& [name, value] : cell.parameters) {
      names.insert(name);
    }
  }
  return {names.begin(), names.end()};
}

std::vector<std::string> values_of_field(const Collection& collection, const std::string& key) {
  std::set<std::string> values;
  for (const Cell& cell : collection.cells) {
    if (const auto value = field_of(collection, cell, key)) {
      values.insert(*value);
    }
  }
  return {values.begin(), values.end()};
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

std::vector<std::string> metric_names(const Collection& collection, bool measures) {
  std::set<std::string> metrics;
  std::set<std::string> others;
  for (const Cell& cell : collection.cells) {
    for (const auto& [name, metric] : cell.metrics) {
      metrics.insert(name);
    }
    for (const auto& [name, value] : cell.measures) {
      others.insert(name);
    }
  }
  std::vector<std::string> names(metrics.begin(), metrics.end());
  std::copy_if(others.begin(), others.end(), std::back_inserter(names),
               [&](const std::string& name) { return measures && !metrics.contains(name); });
  return names;
}

bool is_before(const std::string& a, const std::string& b) {
  const auto left = number_in(a);
  const auto right = number_in(b);
  return left && (!right || *left < *right);
}

}  // namespace multistate::aggregate
