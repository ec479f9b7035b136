#include "multistate/aggregate/cell.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string_view>

#include <fmt/format.h>

#include "multistate/base/printable.h"
#include "multistate/base/text.h"
#include "multistate/policy/registry.h"

namespace multistate::aggregate {
namespace {

using nlohmann::json;

constexpr std::string_view kLayers = "policy.layers.";

/// "name" of "policy.layers.0-1.name"; "" where the key is of no range of layers.
std::string_view member_of_range(std::string_view key) {
  const auto dot = key.find('.', kLayers.size());
  return key.starts_with(kLayers) && dot != std::string::npos ? key.substr(dot + 1) : "";
}

/// Whether a parameter of the policy is another one than its name.
bool is_option(const std::string& key) {
  return key.starts_with("policy.") && key != "policy.name" && member_of_range(key) != "name";
}

/// As the result calls the policy: "by_layer" where its ranges have policies of their own.
std::string registered_name(const Cell& cell) {
  const json& name = cell.parameter("policy.name");
  return name.is_null() ? "?" : parameter_text(name);
}

int64_t first_layer(const PolicyPart& part) {
  return std::strtoll(part.layers.c_str(), nullptr, 10);
}

std::string text_of(const std::vector<PolicyPart>& parts) {
  std::vector<std::string> texts;
  texts.reserve(parts.size());
  for (const PolicyPart& part : parts) {
    texts.push_back(part.layers.empty() ? part.name : part.layers + "=" + part.name);
  }
  return join(texts, " ");
}

std::string policy_of(const Cell& cell) {
  return text_of(policy_parts(cell));
}

/// What a policy is called, as its results say, else the program's own policy of that name.
std::string display_name_of(const std::string& policy, const Collection& collection) {
  for (const Cell& cell : collection.cells) {
    if (!cell.display_name.empty() && registered_name(cell) == policy) {
      return cell.display_name;
    }
  }
  const PolicyEntry* entry = policy_registry().find(policy);
  return entry != nullptr ? entry->display_name() : policy == "?" ? "unknown" : policy;
}

std::string display_name_of(std::vector<PolicyPart> parts, const Collection& collection) {
  for (PolicyPart& part : parts) {
    part.name = display_name_of(part.name, collection);
  }
  return text_of(parts);
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
  std::map<std::string, std::vector<PolicyPart>> policies;  // By label.
  for (const Cell& cell : collection.cells) {
    policies.try_emplace(cell.label, policy_parts(cell));
  }
  std::map<std::string, std::string> names;
  std::set<std::string> taken;
  for (const auto& [label, parts] : policies) {
    const std::string name =
        one_line(display_name_of(parts, collection) + label.substr(text_of(parts).size()));
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

std::vector<PolicyPart> policy_parts(const Cell& cell) {
  std::vector<PolicyPart> parts;
  bool has_options = false;
  const auto end = cell.parameters.upper_bound(std::string(kLayers) + "\xFF");
  for (auto entry = cell.parameters.lower_bound(std::string(kLayers)); entry != end; ++entry) {
    const auto& [key, value] = *entry;
    const auto member = member_of_range(key);
    if (member == "name") {
      const std::string prefix = key.substr(0, key.find('.', kLayers.size()) + 1);
      const std::string layers = prefix.substr(kLayers.size(), prefix.size() - kLayers.size() - 1);
      parts.push_back({layers, parameter_text(value), prefix});
    }
    has_options = has_options || (member != "name" && member != "version");
  }
  if (parts.empty()) {
    return {{"", registered_name(cell), "policy."}};
  }
  std::sort(parts.begin(), parts.end(), [](const PolicyPart& one, const PolicyPart& other) {
    return first_layer(one) < first_layer(other);
  });
  const bool equal = std::all_of(parts.begin(), parts.end(), [&](const PolicyPart& part) {
    return part.name == parts.front().name;
  });
  if (equal && !has_options) {
    return {{"", parts.front().name, "policy."}};
  }
  return parts;
}

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
    const std::string policy = policy_of(cell);
    for (const auto& [key, value] : cell.parameters) {
      const std::string scope = is_option(key) ? policy : "";
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
