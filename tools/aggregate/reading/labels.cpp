#include "aggregate/reading/labels.h"

#include <map>
#include <set>

namespace multistate::aggregate {
namespace {

constexpr const char* kPrefix = "policy.";

bool is_option(const std::string& key) {
  return key.starts_with(kPrefix) && key != "policy.name";
}

/// What a policy may not have, or have otherwise: its options, its size, what it draws.
bool is_own(const std::string& key) {
  return is_option(key) || key == "state_size" || key == "state_fraction" || key == "seed";
}

using Values = std::map<std::string, nlohmann::json>;

/// By sweep, what done cells agree in; null where they do not.
std::vector<Values> common_values(const Collection& collection) {
  std::vector<Values> common(collection.sweeps.size());
  for (const Cell& cell : collection.cells) {
    if (cell.state != CellState::kDone) {
      continue;
    }
    for (const auto& [key, value] : cell.parameters) {
      const auto [found, is_new] = common[cell.sweep].try_emplace(key, value);
      if (!is_new && found->second != value) {
        found->second = nullptr;
      }
    }
  }
  return common;
}

std::string policy_of(const Cell& cell) {
  const auto found = cell.parameters.find("policy.name");
  return found == cell.parameters.end() ? "?" : parameter_text(found->second);
}

}  // namespace

std::string parameter_text(const nlohmann::json& value) {
  using nlohmann::json;
  return value.is_string() ? value.get<std::string>()
                           : value.dump(-1, ' ', false, json::error_handler_t::replace);
}

void fill_common_parameters(Collection& collection) {
  const auto common = common_values(collection);
  for (Cell& cell : collection.cells) {
    if (cell.state == CellState::kDone) {
      continue;
    }
    for (const auto& [key, value] : common[cell.sweep]) {
      if (!value.is_null() && !is_own(key)) {
        cell.parameters.try_emplace(key, value);
      }
    }
  }
}

void set_labels(Collection& collection) {
  std::map<std::string, std::map<std::string, std::set<std::string>>> values;
  for (const Cell& cell : collection.cells) {
    auto& options = values[policy_of(cell)];
    for (const auto& [key, value] : cell.parameters) {
      if (is_option(key)) {
        options[key].insert(parameter_text(value));
      }
    }
  }
  for (Cell& cell : collection.cells) {
    cell.label = policy_of(cell);
    const auto& options = values[cell.label];
    std::string rest;
    for (const auto& [key, value] : cell.parameters) {
      const auto found = options.find(key);
      if (found != options.end() && found->second.size() > 1) {
        rest += " " + key.substr(std::string(kPrefix).size()) + "=" + parameter_text(value);
      }
    }
    cell.label += rest;
  }
}

}  // namespace multistate::aggregate
