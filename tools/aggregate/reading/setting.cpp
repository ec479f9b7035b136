#include "aggregate/reading/setting.h"

#include "aggregate/reading/labels.h"

namespace multistate::aggregate {

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

}  // namespace multistate::aggregate
