#include <limits>
#include <set>

#include <fmt/format.h>

#include "aggregate/figures/heat_map.h"
#include "aggregate/figures/kinds.h"
#include "aggregate/figures/series_lines.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

/// Where the ticks of an axis are: numbers at themselves, texts in the order in which they come.
class Axis {
 public:
  double place(const Json& tick, std::map<double, std::string>& texts) {
    if (tick.is_number()) {
      const auto value = tick.get<double>();
      texts.emplace(value, fmt::format("{:g}", value));
      return value;
    }
    const auto place =
        places_.emplace(tick.get<std::string>(), static_cast<double>(places_.size())).first->second;
    texts.emplace(place, plain_text(tick));
    return place;
  }

 private:
  std::map<std::string, double> places_;
};

/// The maps of one name at one state size, a panel a policy.
class Panels {
 public:
  explicit Panels(const std::string& name) : name_(name) {}

  /// Of several seeds the first counts.
  void add(const std::string& label, const Json& map) {
    if (!taken_.insert(label).second) {
      return;
    }
    const Json& x = map.at("x");
    const Json& y = map.at("y");
    if (y.at("ticks").empty() || x.at("ticks").empty()) {
      return;
    }
    maps_.x_axis = plain_text(x.at("name"));
    maps_.y_axis = plain_text(y.at("name"));
    maps_.value_axis = value_axis(name_, map.at("unit"));
    maps_.y_names = maps_.y_names || y.at("ticks").front().is_string();
    HeatMaps::Panel panel;
    panel.title = plain_text(label);
    for (size_t row = 0; row < y.at("ticks").size(); ++row) {
      const double at = y_.place(y.at("ticks")[row], maps_.y_texts);
      for (size_t column = 0; column < x.at("ticks").size(); ++column) {
        const Json& value = map.at("values")[row][column];
        panel.values[{x_.place(x.at("ticks")[column], maps_.x_texts), at}] =
            value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
      }
    }
    maps_.panels.push_back(std::move(panel));
  }

  std::optional<Figure> figure(const StateSize& size, const PlotGroup& group) {
    const Figure named = figure_of_series(name_, size, group);
    maps_.name = named.name + "-map";
    maps_.title = named.title;
    return draw(maps_);
  }

 private:
  std::string name_;
  Axis x_;
  Axis y_;
  HeatMaps maps_;
  std::set<std::string> taken_;
};

}  // namespace

std::vector<Figure> value_maps(const PlotData& data) {
  std::vector<Figure> figures;
  for (const PlotGroup& group : data.groups) {
    std::map<std::pair<std::string, StateSize>, Panels> panels;
    for (const size_t place : group.cells) {
      const PlotCell& cell = data.cells[place];
      for (const auto& [name, map] : cell.json->at("maps").items()) {
        panels.try_emplace({name, cell.state_size}, name).first->second.add(cell.label, map);
      }
    }
    for (auto& [key, maps] : panels) {
      if (auto figure = maps.figure(key.second, group)) {
        figures.push_back(std::move(*figure));
      }
    }
  }
  return figures;
}

}  // namespace multistate::aggregate
