#include "aggregate/reading/setting.h"

#include "aggregate/reading/labels.h"

namespace multistate::aggregate {

bool is_of_policy(const std::string& key) {
  return key == "label" || key.starts_with("policy.") || key == "state_size" ||
         key == "state_fraction";
}

std::string setup_of(const Collection& collection) {
  std::vector<RunSetup> setups;
  for (const Cell& cell : collection.cells) {
    if (cell.state == CellState::kDone) {
      setups.push_back(cell.setup);
    }
  }
  return setup_line(setups);
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
