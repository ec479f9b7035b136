#include "multistate/aggregate/cell.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "multistate/base/printable.h"
#include "multistate/policy/registry.h"

namespace multistate::aggregate {
namespace {

using nlohmann::json;

bool is_option(const std::string& key) {
  return key.starts_with("policy.") && key != "policy.name";
}

std::string policy_of(const Cell& cell) {
  const json& name = cell.parameter("policy.name");
  return name.is_null() ? "?" : parameter_text(name);
}

/// What a policy is called, as its results say, else the program's own policy of that name.
std::string display_name_of(const std::string& policy, const Collection& collection) {
  for (const Cell& cell : collection.cells) {
    if (!cell.display_name.empty() && policy_of(cell) == policy) {
      return cell.display_name;
    }
  }
  const PolicyEntry* entry = policy_registry().find(policy);
  return entry != nullptr ? entry->display_name() : policy == "?" ? "unknown" : policy;
}

/// The role that the program's own policy of that name has, where the result does not say it and is
/// not known to have seen later tokens.
void set_role(Cell& cell) {
  const PolicyEntry* entry = policy_registry().find(policy_of(cell));
  if (!cell.says_role && cell.role == Role::kPolicy && entry != nullptr) {
    cell.role = entry->info.role;
  }
}

void set_names(Collection& collection) {
  std::map<std::string, std::string> policies;  // By label.
  for (const Cell& cell : collection.cells) {
    policies.try_emplace(cell.label, policy_of(cell));
  }
  std::map<std::string, std::string> names;
  std::set<std::string> taken;
  for (const auto& [label, policy] : policies) {
    const std::string name =
        one_line(display_name_of(policy, collection) + label.substr(policy.size()));
    names[label] = name;
    for (int number = 2; !taken.insert(names[label]).second; ++number) {
      names[label] = fmt::format("{} ({})", name, number);
    }
  }
  for (Cell& cell : collection.cells) {
    cell.name = names[cell.label];
    set_role(cell);
  }
}

}  // namespace

size_t Collection::count(CellState state) const {
  return static_cast<size_t>(std::count_if(
      cells.begin(), cells.end(), [state](const Cell& cell) { return cell.state == state; }));
}

std::vector<StateCounts> count_by_sweep(const Collection& collection) {
  std::vector<StateCounts> counts(collection.sweeps.size());
  for (const Cell& cell : collection.cells) {
    ++counts.at(cell.sweep).states[cell.state];
    counts.at(cell.sweep).limited += cell.is_done() && cell.limited ? 1 : 0;
  }
  return counts;
}

bool is_of_policy(const std::string& key) {
  return key == "label" || key.starts_with("policy.") || key == "state_size" ||
         key == "state_fraction";
}

std::string setting_of(const Cell& cell) {
  std::string text;
  for (const auto& [key, value] : cell.parameters) {
    if (!is_of_policy(key) && key != "seed") {
      text += key + "=" + parameter_text(value) + "\n";
    }
  }
  return text;
}

std::string setup_of(const Collection& collection) {
  std::vector<RunSetup> setups;
  for (const Cell& cell : collection.cells) {
    if (cell.is_done()) {
      setups.push_back(cell.setup);
    }
  }
  return setup_line(setups);
}

std::vector<std::string> varying_parameters(const Collection& collection,
                                            std::span<const size_t> cells) {
  std::map<std::pair<std::string, std::string>, const json*> first;  // By key and policy.
  std::set<std::string> varying;
  for (const size_t index : cells) {
    const Cell& cell = collection.cells[index];
    for (const auto& [key, value] : cell.parameters) {
      const std::string scope = is_option(key) ? policy_of(cell) : "";
      if (!value.is_null() && *first.try_emplace({key, scope}, &value).first->second != value) {
        varying.insert(key);
      }
    }
  }
  return {varying.begin(), varying.end()};
}

void fill_common_parameters(Collection& collection) {
  // By sweep, what done cells agree in; null where they do not.
  std::vector<std::map<std::string, json>> common(collection.sweeps.size());
  for (const Cell& cell : collection.cells) {
    for (const auto& [key, value] : cell.parameters) {
      if (cell.is_done() && common[cell.sweep].try_emplace(key, value).first->second != value) {
        common[cell.sweep][key] = nullptr;
      }
    }
  }
  for (Cell& cell : collection.cells) {
    for (const auto& [key, value] : common[cell.sweep]) {
      const bool is_own =
          is_option(key) || key == "state_size" || key == "state_fraction" || key == "seed";
      if (!cell.is_done() && !value.is_null() && !is_own) {
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
    for (const auto& [key, different] : values[cell.label]) {
      const json& value = cell.parameter(key);
      if (different.size() > 1 && !value.is_null()) {
        cell.label += " " + key.substr(key.find('.') + 1) + "=" + parameter_text(value);
      }
    }
  }
  set_names(collection);
}

}  // namespace multistate::aggregate
