#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "aggregate/charts/charts.h"
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
      points.push_back({{"label", key.first},
                        {"y", value->value},
                        {"x", paid},
                        {"size", size_text(key.second)},
                        {"front", is_front ? "yes" : "no"}});
    }
  }
  return points;
}

const char* const kFront = R"json(
  {"type": "line", "name": "front", "from": {"data": "best"}, "interactive": false,
   "encode": {
     "enter": {"stroke": {"value": "#808080"}, "strokeOpacity": {"value": 0.35},
               "strokeWidth": {"value": 7}, "strokeJoin": {"value": "round"},
               "strokeCap": {"value": "round"}},
     "update": {"x": {"scale": "x", "field": "x"}, "y": {"scale": "y", "field": "y"}}}})json";

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
  draw_lines(data, points,
             {R"json({"orient": "bottom", "scale": "x", "tickCount": 6, "format": ".3~r"})json",
              cost.axis, cost.logarithmic},
             data.axis(metric), chart);
  add_data("best", "datum.front === 'yes'", chart.spec);
  chart.spec["data"].back()["transform"].push_back(
      {{"type", "collect"}, {"sort", {{"field", "x"}}}});
  chart.spec["marks"].insert(chart.spec["marks"].begin(), Json::parse(kFront));
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
        Chart chart =
            chart_of(cost.kind, {metric, std::string("by-") + cost.kind}, cost.title, group);
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
