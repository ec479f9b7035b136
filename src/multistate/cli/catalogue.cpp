#include "multistate/cli/catalogue.h"

#include "multistate/base/text.h"

namespace multistate {

std::string options_table(const std::vector<OptionInfo>& options) {
  if (options.empty()) {
    return "no options\n";
  }
  std::vector<std::vector<std::string>> rows = {{"option", "type", "default", "allowed", "what"}};
  for (const OptionInfo& option : options) {
    const auto& value = option.default_value;
    rows.push_back({option.name, option.type,
                    value.is_string() ? value.get<std::string>() : value.dump(), option.allowed,
                    option.help});
  }
  return format_table(rows);
}

nlohmann::json options_json(const std::vector<OptionInfo>& options) {
  auto array = nlohmann::json::array();
  for (const OptionInfo& option : options) {
    array.push_back({{"name", option.name},
                     {"type", option.type},
                     {"default", option.default_value},
                     {"allowed", option.allowed},
                     {"help", option.help}});
  }
  return array;
}

}  // namespace multistate
