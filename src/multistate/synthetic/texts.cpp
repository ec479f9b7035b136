#include "multistate/synthetic/texts.h"

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

const std::string& field(const Fields& fields, const std::string& name) {
  const auto found = fields.find(name);
  if (found == fields.end()) {
    std::vector<std::string> known;
    for (const auto& [key, value] : fields) {
      known.push_back("{" + key + "}");
    }
    throw InputError(fmt::format("{{{}}} stands for nothing here; known: {}", name,
                                 known.empty() ? "none" : join(known)));
  }
  return found->second;
}

}  // namespace

std::string fill_in(std::string_view text, const Fields& fields) {
  std::string filled;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c != '{' && c != '}') {
      filled += c;
      continue;
    }
    if (i + 1 < text.size() && text[i + 1] == c) {
      filled += c;
      ++i;
      continue;
    }
    const size_t end = c == '{' ? text.find('}', i) : std::string_view::npos;
    if (end == std::string_view::npos) {
      throw InputError(fmt::format("{} has a brace without its other half; a brace is written {}",
                                   in_quotes(text), c == '{' ? "{{" : "}}"));
    }
    filled += field(fields, std::string(text.substr(i + 1, end - i - 1)));
    i = end;
  }
  return filled;
}

std::string enumerate(const std::vector<std::string>& items) {
  if (items.size() < 2) {
    return items.empty() ? "" : items.front();
  }
  const std::vector<std::string> others(items.begin(), items.end() - 1);
  return fmt::format("{} and {}", join(others), items.back());
}

}  // namespace multistate
