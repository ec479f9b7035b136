#include "aggregate/charts/chart.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "aggregate/reading/plain_text.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

/// Sizes and weights; colours of axes and texts are the page's style sheet's, and of figures those
/// that svg.cpp adds.
const char* const kFrame = R"json({
  "$schema": "https://vega.github.io/schema/vega/v5.json",
  "width": 720, "height": 360, "padding": 5, "background": "transparent",
  "autosize": {"type": "fit", "contains": "padding"},
  "config": {
    "font": "system-ui, sans-serif",
    "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
             "titlePadding": 8, "domain": false, "labelOverlap": true, "labelFlush": false,
             "labelLimit": 220, "titleLimit": 640},
    "legend": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal",
               "labelLimit": 240}
  },
  "signals": [{"name": "hidden", "value": []}, {"name": "policy", "value": null}],
  "scales": [], "axes": [], "marks": []
})json";

const char* const kShown = R"json({
  "name": "points", "source": "all",
  "transform": [{"type": "filter", "expr": "indexof(hidden, datum.label) < 0"}]
})json";

/// Others fade while a policy is pointed at.
const char* const kLineMarks = R"json([{
  "type": "group", "from": {"facet": {"name": "line", "data": "points", "groupby": "label"}},
  "marks": [
    {"type": "area", "name": "bands", "from": {"data": "line"}, "interactive": false,
     "encode": {
       "enter": {"y": {"scale": "y", "field": "low"}, "y2": {"scale": "y", "field": "high"},
                 "fill": {"scale": "color", "field": "label"},
                 "defined": {"signal": "isValid(datum.low) && isValid(datum.high)"}},
       "update": {"x": {"scale": "x", "field": "x"}, "y": {"scale": "y", "field": "low"},
                  "y2": {"scale": "y", "field": "high"},
                  "opacity": {"signal": "policy === null || datum.label === policy ? bandOpacity : 0.02"}}}},
    {"type": "line", "name": "lines", "from": {"data": "line"}, "interactive": false,
     "encode": {
       "enter": {"stroke": {"scale": "color", "field": "label"}, "strokeWidth": {"value": 2},
                 "strokeDash": {"scale": "dash", "field": "label"}},
       "update": {"x": {"scale": "x", "field": "x"}, "y": {"scale": "y", "field": "y"},
                  "opacity": {"signal": "policy === null || datum.label === policy ? 1 : 0.15"}}}},
    {"type": "symbol", "name": "symbols", "from": {"data": "line"},
     "encode": {
       "enter": {"stroke": {"scale": "color", "field": "label"}, "size": {"value": 60},
                 "fill": {"scale": "fill", "field": "label"}, "strokeWidth": {"value": 1.5},
                 "shape": {"scale": "shape", "field": "label"}, "tooltip": {"signal": "datum"}},
       "update": {"x": {"scale": "x", "field": "x"}, "y": {"scale": "y", "field": "y"},
                  "opacity": {"signal": "policy === null || datum.label === policy ? 1 : 0.15"}}}}
  ]
}])json";

Json ordinal(const char* name, const Json& domain) {
  return {{"name", name}, {"type", "ordinal"}, {"domain", domain}, {"range", Json::array()}};
}

/// A scale named "x" over these places, which ascend: logarithmic to base 2, or linear.
Json x_scale(const std::vector<double>& places, bool logarithmic) {
  const double low = places.front();
  const double high = places.back();
  const double room = low == high ? std::max(1.0, low / 2) : 0.0;
  Json scale = {{"name", "x"},
                {"type", logarithmic && low != high ? "log" : "linear"},
                {"range", "width"},
                {"nice", false},
                {"zero", false},
                {"padding", 12},
                {"domain", {low - room, low == high ? low + room : high}}};
  if (scale["type"] == "log") {
    scale["base"] = 2;
  }
  return scale;
}

}  // namespace

Chart chart_of(const std::string& kind, std::vector<std::string> parts, const std::string& title,
               const ReportGroup& group) {
  Chart chart;
  chart.kind = kind;
  chart.title = title;
  parts.push_back(group.title);
  for (const std::string& part : parts) {
    const std::string word = slug(part);
    chart.name += (chart.name.empty() || word.empty() ? "" : "-") + word;
  }
  if (!group.title.empty()) {
    chart.choices["group"] = group.title;
  }
  return chart;
}

void start_spec(const ReportData& data, Json points, Chart& chart) {
  std::set<std::string> present;
  for (const Json& point : points) {
    present.insert(point.at("label").get<std::string>());
  }
  Json domain = Json::array();
  std::vector<const Look*> looks;
  for (const auto& [label, look] : data.palette.looks()) {
    if (present.contains(look.name)) {
      domain.push_back(look.name);
      chart.names.push_back(look.name);
      looks.push_back(&look);
    }
  }
  Json color = ordinal("color", domain);
  Json fill = ordinal("fill", domain);
  Json shape = ordinal("shape", domain);
  Json dash = ordinal("dash", domain);
  for (const Look* look : looks) {
    color["range"].push_back(look->color);
    fill["range"].push_back(look->filled ? look->color : "transparent");
    shape["range"].push_back(look->shape);
    dash["range"].push_back(look->dash);
  }
  chart.spec = Json::parse(kFrame);
  // Many bands upon each other would hide what is below them.
  chart.spec["signals"].push_back(
      {{"name", "bandOpacity"},
       {"value", std::clamp(0.8 / static_cast<double>(looks.size() + 1), 0.03, 0.14)}});
  chart.spec["data"] = {{{"name", "all"}, {"values", std::move(points)}}, Json::parse(kShown)};
  chart.spec["scales"] = {std::move(color), std::move(fill), std::move(shape), std::move(dash)};
}

Json point_of(const std::string& name, const PlotValue& value) {
  Json point = {{"label", name}, {"y", value.value}};
  if (value.low && value.high && std::isfinite(*value.low) && std::isfinite(*value.high)) {
    point["low"] = *value.low;
    point["high"] = *value.high;
  }
  return point;
}

Json axis_of(const char* text, const std::string& title) {
  Json axis = Json::parse(text);
  axis["title"] = title;
  return axis;
}

std::vector<double> places_in(const Json& points) {
  std::set<double> places;
  for (const Json& point : points) {
    if (point.contains("x")) {
      places.insert(point["x"].get<double>());
    }
  }
  return {places.begin(), places.end()};
}

void add_data(const char* name, const char* filter, Json& spec) {
  spec["data"].push_back({{"name", name},
                          {"source", "points"},
                          {"transform", {{{"type", "filter"}, {"expr", filter}}}}});
}

void draw_lines(const ReportData& data, const Json& points, const LineAxis& x,
                const std::string& y_title, Chart& chart) {
  start_spec(data, points, chart);
  chart.spec["scales"].push_back(x_scale(places_in(points), x.logarithmic));
  chart.spec["scales"].push_back(y_scale(points));
  chart.spec["axes"] = {
      axis_of(x.axis, x.title),
      axis_of(R"json({"orient": "left", "scale": "y", "grid": true, "tickCount": 6})json",
              y_title)};
  chart.spec["marks"] = Json::parse(kLineMarks);
}

Json y_scale(const Json& points) {
  double least = std::numeric_limits<double>::infinity();
  double most = -least;
  for (const Json& point : points) {
    least = std::min({least, point.at("y").get<double>(), point.value("low", least)});
    most = std::max(most, point.at("y").get<double>());
  }
  const bool logarithmic = least > 0.0 && most >= 20.0 * least;
  return {{"name", "y"},       {"type", logarithmic ? "log" : "linear"},
          {"range", "height"}, {"nice", true},
          {"zero", false},     {"domain", {{"data", "points"}, {"fields", {"low", "y", "high"}}}}};
}

}  // namespace multistate::aggregate
