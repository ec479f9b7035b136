#include "multistate/cli/catalogue.h"

#include <algorithm>
#include <span>
#include <sstream>

#include <unistd.h>

#include "multistate/base/terminal.h"
#include "multistate/base/text.h"
#include "multistate/base/wrap.h"

namespace multistate {
namespace {

/// A default on one line: a text as it is, unless it has lines.
std::string text_of(const nlohmann::json& value) {
  const bool is_plain =
      value.is_string() && value.get_ref<const std::string&>().find('\n') == std::string::npos;
  return is_plain ? value.get<std::string>() : value.dump();
}

size_t longest_line(const std::string& text) {
  size_t longest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    longest = std::max(longest, display_width(line));
  }
  return longest;
}

}  // namespace

std::string entries_text(const std::vector<std::vector<std::string>>& rows) {
  std::string table = format_table(rows);
  const int64_t width = terminal_width(STDOUT_FILENO);
  if (!is_terminal(STDOUT_FILENO) || longest_line(table) <= static_cast<size_t>(width)) {
    return table;
  }
  int64_t indent = 0;
  for (const auto& row : rows) {
    indent = std::max(indent, std::ssize(row.front()) + 2);
  }
  std::string text;
  for (const auto& row : std::span(rows).subspan(1)) {
    text += wrap(row.front(), join(std::span(row).subspan(1), "; "), indent, width);
  }
  return text;
}

std::string options_text(const std::vector<OptionInfo>& options) {
  if (options.empty()) {
    return "no options\n";
  }
  size_t longest = 0;
  for (const OptionInfo& option : options) {
    longest = std::max(longest, option.name.size());
  }
  const auto indent = static_cast<int64_t>(longest) + 2;
  const int64_t width = terminal_width(STDOUT_FILENO);
  std::string text = "options\n";
  for (const OptionInfo& option : options) {
    const std::string default_value = text_of(option.default_value);
    const std::string values =
        fmt::format("{}{}{}", option.type, option.allowed.empty() ? "" : ": " + option.allowed,
                    default_value.empty() ? "" : "; default " + default_value);
    text += wrap(option.name, values, indent, width) + wrap("", option.help, indent, width);
  }
  return text;
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
