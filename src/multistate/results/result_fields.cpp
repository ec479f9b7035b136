#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"
#include "multistate/results/packed.h"
#include "multistate/results/read_cell.h"
#include "multistate/results/speed_noise.h"

namespace multistate {
namespace {

using nlohmann::json;
using Parameters = std::map<std::string, json>;

void flatten(const json& object, const std::string& prefix, Parameters& parameters) {
  for (const auto& [key, value] : object.items()) {
    if (value.is_object()) {
      flatten(value, prefix + key + ".", parameters);
    } else if (!value.is_null()) {
      parameters[prefix + key] = value;
    }
  }
}

const json& member(const json& result, const std::string& key, json::value_t type,
                   const char* expected) {
  const auto found = result.find(key);
  if (found == result.end()) {
    throw InputError(fmt::format("'{}' is missing; expected {}", key, expected));
  }
  if (found->type() != type) {
    throw InputError(fmt::format("'{}' is {}; expected {}", key, json_text(*found), expected));
  }
  return *found;
}

const json& object_in(const json& result, const std::string& key) {
  return member(result, key, json::value_t::object, "an object");
}

template <class Is>
bool is_list_of(const json* list, const Is& is) {
  return list != nullptr && list->is_array() && std::all_of(list->begin(), list->end(), is);
}

SeriesPoint point_from_json(const json& point, const std::string& source) {
  SeriesPoint read;
  read.metric = metric_from_json(point, source);
  const JsonObject members(point, source);
  read.first_place = members.required(&JsonObject::integer, "first_place");
  read.end_place = members.required(&JsonObject::integer, "end_place");
  read.axis = members.string("axis").value_or(read.axis);
  read.label = members.string("label").value_or("");
  return read;
}

void fill_series(const json& series, StoredCell& cell) {
  for (const auto& [name, held] : series.items()) {
    const std::string source = "series." + name;
    if (!held.is_array() && !held.is_object()) {
      throw InputError(fmt::format("{}: is {}; expected an object", source, json_text(held)));
    }
    const json unpacked = held.is_object() ? unpacked_series(held, source) : json();
    auto& read = cell.series[name];
    for (const json& point : held.is_object() ? unpacked : held) {  // Of version 1 a list.
      read.push_back(point_from_json(point, fmt::format("{}[{}]", source, read.size())));
    }
  }
}

/// The number of ticks of a map's axis.
size_t check_axis(const JsonObject& map, const std::string& axis) {
  const json* found = map.find(axis);
  if (found == nullptr || !found->is_object()) {
    throw InputError(fmt::format("{}: '{}' is not an object", map.source(), axis));
  }
  const JsonObject members(*found, map.source() + "." + axis);
  members.required(&JsonObject::string, "name");
  const json* ticks = members.find("ticks");
  if (!is_list_of(ticks, [](const json& tick) { return tick.is_number(); }) &&
      !is_list_of(ticks, [](const json& tick) { return tick.is_string(); })) {
    throw InputError(fmt::format("{}: expected 'ticks' to be a list of numbers or a list of texts",
                                 members.source()));
  }
  return ticks->size();
}

/// The map with all of its rows up to the last column.
json map_from_json(json map, const std::string& source) {
  if (!map.is_object()) {
    throw InputError(fmt::format("{}: is {}; expected an object", source, json_text(map)));
  }
  const JsonObject members(map, source);
  const size_t columns = check_axis(members, "x");
  const size_t rows = check_axis(members, "y");
  members.required(&JsonObject::string, "unit");
  const auto is_value = [](const json& value) { return value.is_number() || value.is_null(); };
  const auto is_row = [&](const json& row) {
    return is_list_of(&row, is_value) && row.size() <= columns;
  };
  const json* values = members.find("values");
  if (!is_list_of(values, is_row) || values->size() != rows) {
    throw InputError(fmt::format("{}: expected 'values' to be {} rows of {} numbers or nulls",
                                 source, rows, columns));
  }
  for (json& row : map["values"]) {
    row.get_ref<json::array_t&>().resize(columns);
  }
  return map;
}

/// Every number of "perf", those below "seconds" as "seconds_total".
void fill_measures(const json& numbers, const std::string& prefix, StoredCell& cell) {
  for (const auto& [key, value] : numbers.items()) {
    if (value.is_object()) {
      fill_measures(value, prefix + key + "_", cell);
    } else if (value.is_number()) {
      cell.measures[prefix + key] = value.get<double>();
    }
  }
}

void rename_measure(const char* from, const char* to, StoredCell& cell) {
  if (auto found = cell.measures.extract(from)) {
    found.key() = to;
    cell.measures.insert(std::move(found));
  }
}

void fill_numbers(const json& result, StoredCell& cell) {
  fill_measures(object_in(result, "perf"), "", cell);
  // What earlier programs called so was the process's as well.
  rename_measure("peak_rss_bytes", "process_peak_rss_bytes", cell);
  cell.speed_noise = speed_noise(result);
  if (!cell.speed_noise.empty()) {
    rename_measure("tokens_per_s", "noisy_tokens_per_s", cell);
  }
  fill_measures(object_in(result, "state"), "", cell);
  const JsonObject counts(object_in(result, "counts"), "counts");
  cell.limited = counts.required(&JsonObject::boolean, "limited");
  for (const char* count : {"samples", "samples_planned", "tokens"}) {
    cell.measures[count] = static_cast<double>(counts.required(&JsonObject::integer, count));
  }
}

Role role_of(const std::string& name) {
  for (const Role role : {Role::kPolicy, Role::kBaseline, Role::kControl, Role::kReference}) {
    if (name == name_of(role)) {
      return role;
    }
  }
  throw InputError(fmt::format(
      "policy.role: is {}; expected policy, baseline, control or reference", in_quotes(name)));
}

/// "policy", its "display_name" and "resampling", which results before these fields do not have.
void fill_design(const json& result, StoredCell& cell) {
  cell.role = cell.in_context("/inputs/sees_future") == true ? Role::kReference : Role::kPolicy;
  if (result.contains("policy")) {
    const JsonObject policy(object_in(result, "policy"), "policy");
    cell.role = role_of(policy.required(&JsonObject::string, "role"));
    cell.says_role = true;
    cell.display_name = policy.string("display_name").value_or("");
  }
  if (result.contains("resampling")) {
    const JsonObject resampling(object_in(result, "resampling"), "resampling");
    cell.unit = resampling.required(&JsonObject::string, "unit");
    cell.unit_key = resampling.required(&JsonObject::string, "key");
  }
}

}  // namespace

Parameters flat_config(const json& config) {
  Parameters parameters;
  flatten(config, "", parameters);
  parameters.erase("limit");
  return parameters;
}

void fill_from_result(const json& result, StoredCell& cell) {
  Parameters parameters = flat_config(object_in(result, "config"));
  parameters.merge(flat_config(object_in(result, "parameters")));
  parameters.merge(cell.parameters);
  cell.parameters = std::move(parameters);
  for (const auto& [name, metric] : object_in(result, "metrics").items()) {
    cell.metrics[name] = metric_from_json(metric, "metrics." + name);
  }
  fill_series(object_in(result, "series"), cell);
  if (result.contains("maps")) {  // Absent in results before this field.
    for (const auto& [name, map] : object_in(result, "maps").items()) {
      cell.maps[name] = map_from_json(map, "maps." + name);
    }
  }
  fill_numbers(result, cell);
  cell.setup = run_setup(result);
  for (const json& warning : member(result, "warnings", json::value_t::array, "a list")) {
    if (!warning.is_string()) {
      throw InputError(fmt::format("warnings: is {}; expected a text", json_text(warning)));
    }
    cell.warnings.push_back(warning.get<std::string>());
  }
  cell.context = object_in(result, "context");
  if (cell.context.contains("inputs")) {  // Absent in results before this field.
    object_in(cell.context, "inputs");
  }
  fill_design(result, cell);
  cell.data = object_in(result, "data");
}

}  // namespace multistate
