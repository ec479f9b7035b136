#include "multistate/results/stored_cell.h"

#include "multistate/base/json_layout.h"

namespace multistate {

using nlohmann::json;

const json& StoredCell::parameter(const std::string& key) const {
  static const json none;
  const auto found = parameters.find(key);
  return found == parameters.end() ? none : found->second;
}

const json& StoredCell::in_context(const char* pointer) const {
  static const json none;
  const json::json_pointer place(pointer);
  return context.contains(place) ? context.at(place) : none;
}

std::string parameter_text(const json& value) {
  return value.is_string() ? value.get<std::string>() : json_line(value);
}

}  // namespace multistate
