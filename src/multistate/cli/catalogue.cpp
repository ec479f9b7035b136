#include "multistate/cli/catalogue.h"

#include "multistate/base/text.h"

namespace multistate {
namespace {

/// A default on one line: a text as it is, unless it has lines.
std::string text_of(const nlohmann::json& value) {
  const bool is_plain =
      value.is_string() && value.get_ref<const std::string&>().find('\n') == std::string::npos;
  return is_plain ? value.get<std::string>() : value.dump();
}

}  // namespace

std::string options_table(const std::vector<OptionInfo>& options) {
  if (options.empty()) {
    return "no options\n";
  }
  std::vector<std::vector<std::string>> rows = {{"option", "type", "default", "allowed", "what"}};
  for (const OptionInfo& option : options) {
    rows.push_back(
        {option.name, option.type, text_of(option.default_value), option.allowed, option.help});
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
