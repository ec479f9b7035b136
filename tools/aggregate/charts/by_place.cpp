#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "aggregate/charts/charts.h"
#include "aggregate/reading/plain_text.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

/// What the places of a series are, and the unit of its values.
struct Series {
  std::string name;
  std::string axis;
  std::string title;
  bool labelled = false;
};

/// The points of a series at one state size, and of what is unbounded, seeds joined.
Json points_of(const ReportData& data, const ReportGroup& group, const Series& series,
               const Size& size) {
  std::map<std::pair<std::string, int64_t>, std::vector<const Json*>> entries;
  for (const size_t place : group.cells) {
    const ReportCell& cell = data.cells[place];
    const Json& all = cell.json->at("series");
    if (all.contains(series.name) && (!cell.size || cell.size == size)) {
      for (const Json& point : all[series.name]) {
        entries[{data.name(cell), point.at("first_place")}].push_back(&point);
      }
    }
  }
  Json points = Json::array();
  for (const auto& [key, list] : entries) {
    if (const auto value = value_of(list)) {
      Json point = point_of(key.first, *value);
      point["first"] = key.second;
      point["last"] = list.front()->at("end_place").get<int64_t>() - 1;
      if (series.labelled) {
        point["place"] = plain_text(list.front()->at("label"));
      }
      points.push_back(std::move(point));
    }
  }
  return points;
}

/// Stretches that widen belong on a logarithmic axis; each point is in the middle of its own.
bool place_points(Json& points) {
  double narrowest = std::numeric_limits<double>::infinity();
  double widest = 0.0;
  bool positive = true;
  for (const Json& point : points) {
    const double width = point.at("last").get<double>() - point.at("first").get<double>() + 1.0;
    narrowest = std::min(narrowest, width);
    widest = std::max(widest, width);
    positive = positive && point.at("first") > 0;
  }
  const bool logarithmic = positive && widest >= 2.0 * narrowest;
  for (Json& point : points) {
    const double first = point.at("first");
    const double last = point.at("last");
    point["x"] = logarithmic ? std::sqrt(first * last) : (first + last) / 2.0;
  }
  return logarithmic;
}

void draw_places(const ReportData& data, const Series& series, Json points, Chart& chart) {
  const bool logarithmic = place_points(points);
  draw_lines(data, points,
             {R"json({"orient": "bottom", "scale": "x", "format": "~r", "tickCount": 8})json",
              series.axis, logarithmic},
             series.title, chart);
  chart.columns = {{"policy", "label"}, {"first place", "first"}, {"last place", "last"},
                   {series.name, "y"},  {"low", "low"},           {"high", "high"}};
}

const char* const kDots = R"json([
  {"type": "rule", "name": "errors", "from": {"data": "points"}, "interactive": false,
   "encode": {
     "enter": {"stroke": {"scale": "color", "field": "label"},
               "strokeWidth": {"signal": "isValid(datum.low) ? 1 : 0"}},
     "update": {"x": {"scale": "x", "field": "low"}, "x2": {"scale": "x", "field": "high"},
                "y": {"scale": "places", "field": "place",
                      "offset": {"scale": "dodge", "field": "label", "band": 0.5}},
                "opacity": {"signal": "policy === null || datum.label === policy ? 0.6 : 0.1"}}}},
  {"type": "symbol", "name": "symbols", "from": {"data": "points"},
   "encode": {
     "enter": {"stroke": {"scale": "color", "field": "label"}, "size": {"value": 45},
               "fill": {"scale": "fill", "field": "label"},
               "shape": {"scale": "shape", "field": "label"}, "tooltip": {"signal": "datum"}},
     "update": {"x": {"scale": "x", "field": "y"},
                "y": {"scale": "places", "field": "place",
                      "offset": {"scale": "dodge", "field": "label", "band": 0.5}},
                "opacity": {"signal": "policy === null || datum.label === policy ? 1 : 0.15"}}}}
])json";

/// The label with the highest mean on top.
std::vector<std::string> order_of(const Json& points) {
  std::map<std::string, std::pair<double, size_t>> sums;
  for (const Json& point : points) {
    auto& [sum, count] = sums[point.at("place")];
    sum += point.at("y").get<double>();
    ++count;
  }
  std::vector<std::pair<double, std::string>> order;
  for (const auto& [place, sum] : sums) {
    order.emplace_back(-sum.first / static_cast<double>(sum.second), place);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> places;
  for (const auto& [mean, place] : order) {
    places.push_back(place);
  }
  return places;
}

void draw_dots(const ReportData& data, const Series& series, const Json& points, Chart& chart) {
  const auto order = order_of(points);
  start_spec(data, points, chart);
  Json& spec = chart.spec;
  spec["height"] = 60 + order.size() * std::max<size_t>(18, 7 * chart.names.size());
  Json across = y_scale(points);
  across["name"] = "x";
  across["range"] = "width";
  spec["scales"].push_back(std::move(across));
  spec["scales"].push_back({{"name", "places"},
                            {"type", "band"},
                            {"range", "height"},
                            {"domain", order},
                            {"paddingInner", 0.15}});
  spec["scales"].push_back({{"name", "dodge"},
                            {"type", "band"},
                            {"domain", chart.names},
                            {"range", {0, {{"signal", "bandwidth('places')"}}}}});
  spec["axes"] = {
      axis_of(R"json({"orient": "bottom", "scale": "x", "grid": true, "tickCount": 6})json",
              series.title),
      axis_of(
          R"json({"orient": "left", "scale": "places", "labelOverlap": false, "labelLimit": 120})json",
          series.axis)};
  spec["marks"] = Json::parse(kDots);
  chart.columns = {{"policy", "label"},
                   {series.axis, "place"},
                   {series.name, "y"},
                   {"low", "low"},
                   {"high", "high"}};
}

std::set<Size> sizes_of(const ReportData& data, const ReportGroup& group,
                        const std::string& series) {
  std::set<Size> sizes;
  for (const size_t place : group.cells) {
    if (data.cells[place].json->at("series").contains(series)) {
      sizes.insert(data.cells[place].size);
    }
  }
  if (sizes.size() > 1) {
    sizes.erase(Size());  // What is unbounded is in every chart.
  }
  return sizes;
}

}  // namespace

std::vector<Chart> by_place(const ReportData& data) {
  std::vector<Chart> charts;
  for (const ReportGroup& group : data.groups) {
    for (const Json& one : data.report.at("series")) {
      const Series series = {one.at("name"), plain_text(one.at("axis")),
                             with_unit(one.at("name"), one.at("unit")), one.at("labelled")};
      for (const Size& size : sizes_of(data, group, series.name)) {
        Json points = points_of(data, group, series, size);
        if (points.empty()) {
          continue;
        }
        Chart chart =
            chart_of(series.labelled ? "label" : "place", {series.name, "state-" + size_text(size)},
                     series.labelled ? "Series by kind" : "Series by place", group);
        chart.note = fmt::format("State size {}, and what is unbounded.", size_text(size));
        chart.choices[series.labelled ? "series by kind" : "series"] = series.name;
        chart.choices["state size"] = size_text(size);
        if (series.labelled) {
          draw_dots(data, series, points, chart);
        } else {
          draw_places(data, series, std::move(points), chart);
        }
        charts.push_back(std::move(chart));
      }
    }
  }
  return charts;
}

}  // namespace multistate::aggregate
