#include "aggregate/figures/plot_data.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "multistate/base/text.h"
#include "multistate/results/metric.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

/// From the plainest: what other policies are compared to where a sweep has it.
constexpr std::array<const char*, 3> kBaselines = {"window", "streaming", "random"};

/// z of a 95 % interval, for values that come with a standard error only.
constexpr double kNormalQuantile = 1.959964;

std::set<std::string> topline_labels(const Json& report) {
  std::set<std::string> toplines;
  std::set<std::string> labels;
  for (const Json& group : report.at("groups")) {
    if (group.at("topline").is_string()) {
      toplines.insert(group["topline"].get<std::string>());
    }
  }
  for (const Json& cell : report.at("cells")) {
    if (toplines.count(cell.at("id").get<std::string>()) != 0) {
      labels.insert(cell.at("label").get<std::string>());
    }
  }
  return labels;
}

PlotValue value_of(const Json& metric) {
  PlotValue result;
  result.value = number_at(metric, "value").value_or(std::numeric_limits<double>::quiet_NaN());
  result.low = number_at(metric, "low");
  result.high = number_at(metric, "high");
  const auto error = number_at(metric, "stderr");
  if (!result.low && !result.high && error) {
    result.low = result.value - kNormalQuantile * *error;
    result.high = result.value + kNormalQuantile * *error;
  }
  return result;
}

PlotValue over_seeds(const std::vector<PlotValue>& values) {
  if (values.size() == 1) {
    return values.front();
  }
  PlotValue mean;
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const PlotValue& one : values) {
    mean.value += one.value / static_cast<double>(values.size());
    low = std::min(low, one.value);
    high = std::max(high, one.value);
  }
  mean.low = low;
  mean.high = high;
  return mean;
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

std::string baseline_of(const std::vector<PlotCell>& cells, const PlotGroup& group) {
  for (const char* policy : kBaselines) {
    std::set<std::string> labels;
    for (const size_t cell : group.cells) {
      if (cells[cell].json->at("parameters").value("policy.name", Json()) == policy) {
        labels.insert(cells[cell].label);
      }
    }
    if (!labels.empty()) {
      return *labels.begin();
    }
  }
  return "";
}

using Places = std::map<std::string, size_t>;

std::vector<size_t> places_of(const Json& ids, const Places& places) {
  std::vector<size_t> cells;
  for (const Json& id : ids) {
    if (const auto found = places.find(id.get<std::string>()); found != places.end()) {
      cells.push_back(found->second);
    }
  }
  return cells;
}

PlotGroup make_group(const Json& json, const std::vector<PlotCell>& cells, const Places& places) {
  PlotGroup group;
  group.cells = places_of(json.at("cells"), places);
  const Json& pareto = json.at("pareto");
  group.front_speed = places_of(pareto.at("quality_speed"), places);
  group.front_memory = places_of(pareto.at("quality_memory"), places);
  if (const Json& topline = json.at("topline"); topline.is_string()) {  // Null: there is none.
    const auto place = places_of(Json::array({topline}), places);
    group.topline = place.empty() ? "" : cells[place.front()].label;
  }
  group.baseline = baseline_of(cells, group);
  return group;
}

void name_groups(std::vector<PlotGroup>& groups, const Json& json) {
  std::set<std::string> taken;
  for (size_t i = 0; i < groups.size() && groups.size() > 1; ++i) {
    PlotGroup& group = groups[i];
    group.title = differences(json[i].at("key"), json);
    group.suffix = "-" + slug(group.title);
    if (!taken.insert(group.suffix).second) {
      group.suffix += "-" + std::to_string(i + 1);
      taken.insert(group.suffix);
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

std::optional<double> numeric_parameter(const Json& cell, const std::string& key) {
  const Json& parameters = cell.at("parameters");
  const auto found = parameters.find(key);
  return found != parameters.end() && found->is_number() ? std::optional(found->get<double>())
                                                         : std::nullopt;
}

Palette palette_of(const Json& report) {
  std::set<std::string> labels;
  for (const Json& cell : report.at("cells")) {
    labels.insert(cell.at("label").get<std::string>());
  }
  return {labels, topline_labels(report)};
}

std::string plain_text(const Json& value) {
  const std::string text =
      value.is_string() ? value.get<std::string>()
                        : value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string plain;
  for (size_t i = 0; i < text.size();) {
    const size_t length = utf8_length(std::string_view(text).substr(i));
    const auto byte = static_cast<unsigned char>(text[i]);
    if (length == 0 || byte < 0x20 || byte == 0x7f) {
      plain += length == 0 ? '?' : ' ';
      ++i;
      continue;
    }
    plain.append(text, i, length);
    i += length;
  }
  return plain;
}

std::string slug(const std::string& text) {
  constexpr size_t kLongest = 60;
  std::string result;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '.' || c == '-';
    if (plain) {
      result += c;
    } else if (!result.empty() && result.back() != '-') {
      result += '-';
    }
  }
  result.resize(std::min(result.size(), kLongest));
  return result;
}

PlotData::PlotData(const Json& source) : report(source), palette(palette_of(source)) {
  Places places;
  for (const Json& cell : report.at("cells")) {
    if (cell.at("state") != "done") {
      continue;
    }
    const std::string id = cell.at("id");
    if (places.emplace(id, cells.size()).second) {
      cells.push_back({id, cell.at("label"), numeric_parameter(cell, "state_size"), &cell});
    }
  }
  for (const Json& metric : report.at("metrics")) {
    const std::string name = metric.at("name");
    units[name] = metric.at("unit");
    if (!metric.at("higher_is_better").is_null()) {
      higher_is_better[name] = metric.at("higher_is_better");
    }
    if (metric.at("headline")) {
      headline.push_back(name);
    }
  }
  for (const Json& one : report.at("series")) {
    series[one.at("name")] = {one.at("axis"), one.at("unit"), one.at("labelled")};
  }
  for (const Json& group : report.at("groups")) {
    groups.push_back(make_group(group, cells, places));
  }
  name_groups(groups, report.at("groups"));
}

std::vector<PlotPoint> PlotData::points(const PlotGroup& group, const std::string& metric) const {
  std::map<std::pair<std::string, std::optional<double>>, std::vector<PlotValue>> values;
  for (const size_t place : group.cells) {
    const PlotCell& cell = cells[place];
    const Json& metrics = cell.json->at("metrics");
    if (const auto found = metrics.find(metric); found != metrics.end()) {
      values[{cell.label, cell.state_size}].push_back(value_of(*found));
    }
  }
  std::vector<PlotPoint> result;
  for (const auto& [key, list] : values) {
    result.push_back({key.first, key.second, over_seeds(list), list.size()});
  }
  return result;
}

std::string PlotData::axis(const std::string& metric) const {
  const auto unit = units.find(metric);
  const bool plain = unit == units.end() || unit->second.empty();
  return plain ? plain_text(metric) : plain_text(metric) + " (" + plain_text(unit->second) + ")";
}

}  // namespace multistate::aggregate
