#include <limits>

#include <fmt/format.h>

#include "aggregate/figures/heat_map.h"
#include "aggregate/figures/kinds.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

void add_layer(HeatMaps& maps, HeatMaps::Panel& panel, int layer, const Json& points) {
  maps.y_texts.emplace(layer, std::to_string(layer));
  for (const Json& point : points) {
    const auto first = point.at("first_place").get<double>();
    maps.x_texts.emplace(first, fmt::format("{:g}", first));
    panel.values[{first, layer}] =
        number_at(point, "value").value_or(std::numeric_limits<double>::quiet_NaN());
  }
}

/// Adds the layers of a cell to the maps of their series, each a panel with the cell's label; of
/// several seeds the first counts.
void add_cell(std::map<std::string, HeatMaps>& maps, const PlotCell& cell) {
  std::map<std::string, HeatMaps::Panel> panels;
  for (const auto& [series, points] : cell.json->at("series").items()) {
    std::string name;
    int layer = 0;
    if (is_of_layer(series, &name, &layer) && !points.empty()) {
      add_layer(maps[name], panels[name], layer, points);
    }
  }
  for (auto& [name, panel] : panels) {
    panel.title = plain_text(cell.label);
    auto& list = maps[name].panels;
    if (list.empty() || list.back().title != panel.title) {
      list.push_back(std::move(panel));
    }
  }
}

}  // namespace

std::vector<Figure> layer_place_maps(const PlotData& data) {
  std::vector<Figure> figures;
  for (const PlotGroup& group : data.groups) {
    std::map<std::optional<double>, std::map<std::string, const PlotCell*>> by_size;
    for (const size_t cell : group.cells) {
      by_size[data.cells[cell].state_size].emplace(data.cells[cell].label, &data.cells[cell]);
    }
    for (const auto& [size, cells] : by_size) {
      const std::string state = size ? fmt::format("{:g}", *size) : "unbounded";
      std::map<std::string, HeatMaps> maps;
      for (const auto& [label, cell] : cells) {
        add_cell(maps, *cell);
      }
      for (auto& [name, map] : maps) {
        map.name = slug(name) + "-by-layer-state-" + state + group.suffix;
        map.title = fmt::format("{} at state size {}{}", plain_text(name), state,
                                group.title.empty() ? "" : ", " + group.title);
        map.x_axis = "place in the text, from";
        map.y_axis = "layer";
        map.value_axis = plain_text(name);
        if (auto figure = draw(map)) {
          figures.push_back(std::move(*figure));
        }
      }
    }
  }
  return figures;
}

}  // namespace multistate::aggregate
