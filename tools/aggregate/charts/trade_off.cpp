#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "aggregate/charts/kinds.h"
#include "aggregate/reading/plain_text.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

struct Cost {
  const char* kind;
  const char* measure;
  const char* title;
  const char* axis;
  double unit;
  bool logarithmic;
};

constexpr std::array<Cost, 2> kCosts = {
    {{"memory", "state_bytes", "Quality against memory", "state (MiB)", 1048576.0, true},
     {"speed", "tokens_per_s", "Quality against speed", "speed (tokens/s)", 1.0, false}}};

/// Means over the cells of a label and size, seeds joined.
Json points_of(const ReportData& data, const ReportGroup& group, const std::string& metric,
               const Cost& cost) {
  const std::set<size_t>& front =
      std::string_view(cost.kind) == "speed" ? group.front_speed : group.front_memory;
  std::map<std::pair<std::string, Size>, std::vector<size_t>> places;
  for (const size_t place : group.cells) {
    places[{data.name(data.cells[place]), data.cells[place].size}].push_back(place);
  }
  Json points = Json::array();
  for (const auto& [key, cells] : places) {
    std::vector<const Json*> entries;
    double paid = 0.0;
    bool is_front = false;
    for (const size_t cell : cells) {
      const Json& metrics = data.cells[cell].json->at("metrics");
      const auto found = metrics.find(metric);
      const auto amount = number_at(data.cells[cell].json->at("measures"), cost.measure);
      if (found != metrics.end() && amount) {
        entries.push_back(&*found);
        paid += *amount / cost.unit;
        is_front = is_front || front.contains(cell);
      }
    }
    const auto value = entries.empty() ? std::nullopt : value_of(entries);
    paid /= static_cast<double>(std::max<size_t>(entries.size(), 1));
    if (value && std::isfinite(paid) && (!cost.logarithmic || paid > 0.0)) {
      Json point = {{"label", key.first},
                    {"y", value->value},
                    {"x", paid},
                    {"size", size_text(key.second)},
                    {"front", is_front ? "yes" : "no"}};
      points.push_back(std::move(point));
    }
  }
  return points;
}

const char* const kFront = R"json([
  {"type": "line", "name": "front", "from": {"data": "best"}, "interactive": false,
   "encode": {
     "enter": {"stroke": {"value": "#808080"}, "strokeOpacity": {"value": 0.35},
               "strokeWidth": {"value": 7}, "strokeJoin": {"value": "round"},
               "strokeCap": {"value": "round"}},
     "update": {"x": {"scale": "x", "field": "x"}, "y": {"scale": "y", "field": "y"}}}}
])json";

std::string noise_of(const ReportData& data, const ReportGroup& group) {
  for (const size_t place : group.cells) {
    const std::string noise = data.cells[place].json->at("speed_noise");
    if (!noise.empty()) {
      return plain_text(noise);
    }
  }
  return "";
}

void draw(const ReportData& data, const Json& points, const Cost& cost, const std::string& metric,
          Chart& chart) {
  std::vector<double> paid;
  for (const Json& point : points) {
    paid.push_back(point.at("x"));
  }
  start_spec(data, points, chart);
  Json& spec = chart.spec;
  spec["data"].push_back(Json::parse(R"json({"name": "best", "source": "points", "transform": [
    {"type": "filter", "expr": "datum.front === 'yes'"},
    {"type": "collect", "sort": {"field": "x"}}]})json"));
  spec["scales"].push_back(x_scale(paid, cost.logarithmic));
  spec["scales"].push_back(y_scale(points));
  spec["axes"] = {
      axis_of(R"json({"orient": "bottom", "scale": "x", "tickCount": 6, "format": ".3~r"})json",
              cost.axis),
      axis_of(R"json({"orient": "left", "scale": "y", "grid": true, "tickCount": 6})json",
              data.axis(metric))};
  spec["marks"] = Json::parse(kFront);
  spec["marks"].push_back(line_marks().at(0));
  chart.note = "The wide line joins the cells that none beats in both.";
}

}  // namespace

std::vector<Chart> trade_offs(const ReportData& data) {
  std::vector<Chart> charts;
  for (const ReportGroup& group : data.groups) {
    for (const std::string& metric : data.metrics) {
      for (const Cost& cost : kCosts) {
        const Json points = points_of(data, group, metric, cost);
        const std::string noise =
            std::string_view(cost.kind) == "speed" ? noise_of(data, group) : "";
        if (points.size() < 2 && noise.empty()) {
          continue;
        }
        Chart chart;
        chart.kind = cost.kind;
        chart.name = file_stem({metric, std::string("by-") + cost.kind, group.title});
        chart.title = cost.title;
        choose_group(group, chart);
        chart.choices["metric"] = metric;
        chart.columns = {{"policy", "label"},
                         {"state size", "size"},
                         {metric, "y"},
                         {cost.axis, "x"},
                         {"on the front", "front"}};
        if (noise.empty()) {
          draw(data, points, cost, metric, chart);
        } else {
          chart.note = fmt::format(
              "Speed was not measured: {}. Run with --jobs 1 on a quiet machine.", noise);
        }
        charts.push_back(std::move(chart));
      }
    }
  }
  return charts;
}

}  // namespace multistate::aggregate
