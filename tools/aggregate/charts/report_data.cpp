#include "aggregate/charts/report_data.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "multistate/base/text.h"
#include "multistate/results/metric.h"

#include "aggregate/reading/plain_text.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

constexpr size_t kLeastForInterval = 4;

std::set<std::string> labels_in(const Json& report) {
  std::set<std::string> labels;
  for (const Json& cell : report.at("cells")) {
    labels.insert(cell.at("label").get<std::string>());
  }
  return labels;
}

/// "context_length=512, model=a.gguf": the members in which the groups differ.
std::string differences(const Json& key, const Json& groups) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : key.items()) {
    const bool differs = std::any_of(groups.begin(), groups.end(), [&](const Json& other) {
      return other.at("key").value(name, Json()) != value;
    });
    if (differs) {
      parts.push_back(name.substr(name.rfind('.') + 1) + "=" + plain_text(value));
    }
  }
  return join(parts);
}

std::set<size_t> places_of(const Json& ids, const std::map<std::string, size_t>& places) {
  std::set<size_t> found;
  for (const Json& id : ids) {
    if (const auto place = places.find(id.get<std::string>()); place != places.end()) {
      found.insert(place->second);
    }
  }
  return found;
}

ReportGroup make_group(const Json& json, const ReportData& data) {
  ReportGroup group;
  group.json = &json;
  const auto cells = places_of(json.at("cells"), data.places);
  group.cells.assign(cells.begin(), cells.end());
  group.front_speed = places_of(json.at("pareto").at("quality_speed"), data.places);
  group.front_memory = places_of(json.at("pareto").at("quality_memory"), data.places);
  if (json.at("baseline").is_string()) {
    for (const size_t place : places_of(Json::array({json["baseline"]}), data.places)) {
      group.cache_rows = number_at(data.cells[place].json->at("measures"), "rows_peak");
    }
  }
  return group;
}

void name_groups(std::vector<ReportGroup>& groups, const Json& json) {
  std::set<std::string> taken;
  for (size_t i = 0; i < groups.size() && groups.size() > 1; ++i) {
    groups[i].title = differences(json[i].at("key"), json);
    if (!taken.insert(groups[i].title).second) {
      groups[i].title += fmt::format(" (group {})", i + 1);
    }
  }
}

}  // namespace

std::optional<double> number_at(const Json& json, const std::string& key) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) {
    return std::nullopt;
  }
  return number_from_json(*found);
}

std::string with_unit(const std::string& name, const Json& unit) {
  const std::string text = unit.is_string() ? plain_text(unit) : "";
  return plain_text(name) + (text.empty() ? "" : " (" + text + ")");
}

std::string size_text(const Size& size) {
  return size ? fmt::format("{}", *size) : "unbounded";
}

std::optional<PlotValue> value_of(const std::vector<const Json*>& entries) {
  PlotValue result;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const Json* entry : entries) {
    const auto value = number_at(*entry, "value");
    if (!value || !std::isfinite(*value)) {
      return std::nullopt;
    }
    result.value += *value / static_cast<double>(entries.size());
    result.units = std::max(result.units, entry->value("n", size_t{0}));
    low = std::min(low, *value);
    high = std::max(high, *value);
  }
  if (entries.size() > 1) {
    result.low = low;
    result.high = high;
  } else if (result.units >= kLeastForInterval) {
    result.low = number_at(*entries.front(), "low");
    result.high = number_at(*entries.front(), "high");
  }
  return result;
}

ReportData::ReportData(const Json& source) : report(source), palette(labels_in(source)) {
  for (const Json& cell : report.at("cells")) {
    if (cell.at("state") == "done" &&
        places.emplace(cell.at("id").get<std::string>(), cells.size()).second) {
      const Json size = cell.at("parameters").value("state_size", Json());
      cells.push_back(
          {cell.at("label"), size.is_number() ? Size(size.get<double>()) : Size(), &cell});
    }
  }
  for (const bool headline : {true, false}) {
    for (const Json& metric : report.at("metrics")) {
      if (metric.at("headline") == headline) {
        metrics.push_back(metric.at("name"));
      }
    }
  }
  for (const Json& group : report.at("groups")) {
    groups.push_back(make_group(group, *this));
  }
  name_groups(groups, report.at("groups"));
}

std::string ReportData::axis(const std::string& metric) const {
  for (const Json& one : report.at("metrics")) {
    if (one.at("name") == metric) {
      return with_unit(metric, one.at("unit"));
    }
  }
  return plain_text(metric);
}

}  // namespace multistate::aggregate
