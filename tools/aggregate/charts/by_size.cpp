#include <algorithm>

#include <fmt/format.h>

#include "aggregate/charts/charts.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

/// By label and size, the cells that differ in their seed only.
std::map<std::pair<std::string, Size>, std::vector<const Json*>> entries_of(
    const ReportData& data, const ReportGroup& group, const std::string& metric) {
  std::map<std::pair<std::string, Size>, std::vector<const Json*>> entries;
  for (const size_t place : group.cells) {
    const ReportCell& cell = data.cells[place];
    const Json& metrics = cell.json->at("metrics");
    if (const auto found = metrics.find(metric); found != metrics.end()) {
      entries[{data.name(cell), cell.size}].push_back(&*found);
    }
  }
  return entries;
}

Json value_points(const ReportData& data, const ReportGroup& group, const std::string& metric) {
  Json points = Json::array();
  for (const auto& [key, entries] : entries_of(data, group, metric)) {
    if (const auto value = value_of(entries)) {
      Json point = point_of(key.first, *value);
      if (key.second) {
        point["x"] = *key.second;
      }
      point["n"] = value->units;
      point["seeds"] = entries.size();
      points.push_back(std::move(point));
    }
  }
  return points;
}

Json difference_points(const ReportData& data, const ReportGroup& group,
                       const std::string& metric) {
  Json points = Json::array();
  for (const Json& one : group.json->at("comparisons")) {
    const auto difference = number_at(one, "difference");
    if (one.at("question") != "full" || one.at("metric") != metric || !difference ||
        !std::isfinite(*difference)) {
      continue;
    }
    const ReportCell& cell = data.cells.at(data.places.at(one.at("a")));
    PlotValue value;
    value.value = *difference;
    value.units = one.at("n");
    if (value.units >= 4) {
      value.low = number_at(one, "low");
      value.high = number_at(one, "high");
    }
    Json point = point_of(data.name(cell), value);
    if (cell.size) {
      point["x"] = *cell.size;
    }
    if (const auto p = number_at(one, "p_adjusted")) {
      point["p"] = *p;
    }
    point["n"] = value.units;
    points.push_back(std::move(point));
  }
  return points;
}

/// The share of a full cache that is removed, above the sizes.
Json ratio_axis(const std::vector<double>& sizes, double cache_rows) {
  Json axis = axis_of(R"json({"orient": "top", "scale": "x"})json", "compression ratio");
  axis["values"] = sizes;
  axis["encode"]["labels"]["update"]["text"]["signal"] =
      fmt::format("format(1 - datum.value / {}, '.3~p')", cache_rows);
  return axis;
}

/// What is unbounded, or a line at 0, across the chart.
const char* const kAcross = R"json(
  {"type": "rule", "name": "across", "from": {"data": "unbounded"},
   "encode": {
     "enter": {"stroke": {"scale": "color", "field": "label"}, "strokeWidth": {"value": 2},
               "strokeDash": {"scale": "dash", "field": "label"}, "tooltip": {"signal": "datum"}},
     "update": {"x": {"value": 0}, "x2": {"signal": "width"}, "y": {"scale": "y", "field": "y"},
                "opacity": {"signal": "policy === null || datum.label === policy ? 1 : 0.15"}}}})json";
const char* const kZero = R"json(
  {"type": "rule", "name": "zero", "encode": {
     "enter": {"stroke": {"value": "#808080"}, "strokeWidth": {"value": 2},
               "strokeDash": {"value": [6, 3]}},
     "update": {"x": {"value": 0}, "x2": {"signal": "width"}, "y": {"scale": "y", "value": 0}}}})json";

void draw(const ReportData& data, const ReportGroup& group, const std::string& axis,
          const Json& points, const char* across, Chart& chart) {
  const auto sizes = places_in(points);
  draw_lines(data, points,
             {R"json({"orient": "bottom", "scale": "x", "format": "d"})json",
              "state size (rows of every layer)", sizes.front() > 0.0},
             axis, chart);
  Json& spec = chart.spec;
  add_data("unbounded", "!isValid(datum.x)", spec);
  add_data("bounded", "isValid(datum.x)", spec);
  spec["axes"][0]["values"] = sizes;
  if (group.cache_rows && *group.cache_rows >= sizes.back()) {
    spec["axes"].push_back(ratio_axis(sizes, *group.cache_rows));
  }
  spec["marks"][0]["from"]["facet"]["data"] = "bounded";
  if (across != kZero || spec["scales"].back()["type"] != "log") {
    spec["marks"].insert(spec["marks"].begin(), Json::parse(across));
  }
}

std::string direction_text(const ReportData& data, const std::string& metric) {
  for (const Json& one : data.report.at("metrics")) {
    if (one.at("name") == metric && one.at("higher_is_better").is_boolean()) {
      return one["higher_is_better"].get<bool>() ? "Higher is better. " : "Lower is better. ";
    }
  }
  return "";
}

std::string band_text(const Json& points, const std::string& what) {
  const bool any = std::any_of(points.begin(), points.end(),
                               [](const Json& point) { return point.contains("low"); });
  return any ? "Bands: " + what : "Without bands: fewer than 4 independent samples, and one seed.";
}

std::string ratio_text(const Chart& chart) {
  return chart.spec["axes"].size() > 2
             ? " Compression ratio: the share of the full cache that is removed."
             : "";
}

Chart make(const ReportGroup& group, const std::string& metric, bool difference) {
  Chart chart = chart_of(
      "size", {metric, difference ? "difference-by-state-size" : "by-state-size"},
      difference ? "Difference to the full cache against state size" : "Quality against state size",
      group);
  chart.choices["metric"] = metric;
  chart.choices["view"] = difference ? "difference to the full cache" : "value";
  chart.columns = {{"policy", "label"}, {"state size", "x"}, {metric, "y"},
                   {"low", "low"},      {"high", "high"},    {"n", "n"}};
  chart.columns.push_back(difference ? ChartColumn{"p (adjusted)", "p"}
                                     : ChartColumn{"seeds", "seeds"});
  return chart;
}

}  // namespace

std::vector<Chart> by_size(const ReportData& data) {
  std::vector<Chart> charts;
  for (const ReportGroup& group : data.groups) {
    for (const std::string& metric : data.metrics) {
      const Json differences = difference_points(data, group, metric);
      if (!places_in(differences).empty()) {
        Chart chart = make(group, metric, true);
        draw(data, group, data.axis(metric) + ", difference to the full cache", differences, kZero,
             chart);
        chart.note = direction_text(data, metric) +
                     (chart.spec["marks"].size() > 1
                          ? "The dashed line is the full cache. "
                          : "The scale is logarithmic: the full cache, at 0, is below it. ") +
                     band_text(differences, "95 % intervals of paired differences.") +
                     ratio_text(chart);
        charts.push_back(std::move(chart));
      }
      const Json values = value_points(data, group, metric);
      if (!places_in(values).empty()) {
        Chart chart = make(group, metric, false);
        draw(data, group, data.axis(metric), values, kAcross, chart);
        chart.note = direction_text(data, metric) +
                     band_text(values,
                               "95 % intervals of each value by itself, of several seeds from the "
                               "least to the greatest. They overlap where paired differences are "
                               "significant: compare policies by their differences.") +
                     ratio_text(chart);
        charts.push_back(std::move(chart));
      }
    }
  }
  return charts;
}

}  // namespace multistate::aggregate
