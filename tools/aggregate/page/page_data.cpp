#include "aggregate/page/page_data.h"

#include "aggregate/figures/plot_data.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

Json looks_of(const Json& report) {
  const Palette palette = palette_of(report);
  Json looks = Json::object();
  for (const auto& [label, look] : palette.looks()) {
    looks[label] = {{"color", look.color}, {"marker", look.marker}, {"dash", look.dash}};
  }
  return looks;
}

/// Parameters that every cell has with the same value.
Json common_parameters(const Json& cells) {
  Json common = cells.empty() ? Json::object() : cells.front().at("parameters");
  for (const Json& cell : cells) {
    const Json& parameters = cell.at("parameters");
    for (auto it = common.begin(); it != common.end();) {
      const auto found = parameters.find(it.key());
      it = found != parameters.end() && *found == *it ? std::next(it) : common.erase(it);
    }
  }
  return common;
}

Json short_series(const Json& points) {
  Json list = Json::array();
  for (const Json& point : points) {
    Json short_point = {point.at("first_place"), point.at("end_place"), point.at("value"),
                        point.at("stderr")};
    if (point.contains("label")) {
      short_point.push_back(point.at("label"));
    }
    list.push_back(std::move(short_point));
  }
  return list;
}

Json short_cell(Json cell, const Json& common) {
  for (const auto& [key, value] : common.items()) {
    cell["parameters"].erase(key);
  }
  for (auto& [name, points] : cell["series"].items()) {
    points = short_series(points);
  }
  return cell;
}

}  // namespace

Json page_data(const Json& report, double reload_seconds) {
  const Json common = common_parameters(report.at("cells"));
  Json shortened = Json::object();
  for (const auto& [key, value] : report.items()) {
    if (key != "cells") {
      shortened[key] = value;
    }
  }
  Json cells = Json::array();
  for (const Json& cell : report.at("cells")) {
    cells.push_back(short_cell(cell, common));
  }
  shortened["cells"] = std::move(cells);
  return {{"report", std::move(shortened)},
          {"common", common},
          {"looks", looks_of(report)},
          {"reload_seconds", reload_seconds}};
}

}  // namespace multistate::aggregate
