#include "multistate/results/series.h"

#include <cmath>
#include <cstdlib>

#include <fmt/format.h>

namespace multistate {
namespace {

nlohmann::json rounded(double value) {
  if (!std::isfinite(value)) {
    return nullptr;
  }
  return std::strtod(fmt::format("{:.4g}", value).c_str(), nullptr);
}

nlohmann::json to_json(const MapAxis& axis) {
  return {{"name", axis.name}, {"ticks", axis.ticks}};
}

}  // namespace

nlohmann::json series_point(Metric metric, const SeriesPlace& place) {
  metric.samples.reset();
  nlohmann::json point = to_json(metric);
  point["first_place"] = place.first;
  point["end_place"] = place.end;
  if (!place.axis.empty()) {
    point["axis"] = place.axis;
  }
  if (!place.label.empty()) {
    point["label"] = place.label;
  }
  return point;
}

nlohmann::json to_json(const ValueMap& map) {
  auto values = nlohmann::json::array();
  for (const auto& row : map.values) {
    auto list = nlohmann::json::array();
    for (const double value : row) {
      list.push_back(rounded(value));
    }
    values.push_back(std::move(list));
  }
  return {{"x", to_json(map.x)}, {"y", to_json(map.y)}, {"unit", map.unit}, {"values", values}};
}

}  // namespace multistate
