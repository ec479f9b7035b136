#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "aggregate/figures/heat_map.h"
#include "aggregate/figures/kinds.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

/// The first varying parameter whose name ends so and of which a done cell has a number; "" if
/// there is none.
std::string parameter_ending(const PlotData& data, const std::string& ending) {
  for (const Json& parameter : data.report.at("parameters")) {
    const std::string name = parameter;
    const bool numeric =
        name.ends_with(ending) &&
        std::any_of(data.cells.begin(), data.cells.end(), [&](const PlotCell& cell) {
          return numeric_parameter(*cell.json, name).has_value();
        });
    if (numeric) {
      return name;
    }
  }
  return "";
}

/// What else tells figures apart: "model.path=a.gguf".
std::string others(const PlotData& data, const PlotCell& cell,
                   const std::set<std::string>& not_these) {
  std::string text;
  for (const Json& parameter : data.report.at("parameters")) {
    const std::string name = parameter;
    const Json& parameters = cell.json->at("parameters");
    if (not_these.count(name) == 0 && !name.starts_with("policy.") && parameters.contains(name)) {
      text += (text.empty() ? "" : ", ") + name.substr(name.rfind('.') + 1) + "=" +
              plain_text(parameters[name]);
    }
  }
  return text;
}

struct Sum {
  double value = 0.0;
  size_t count = 0;
};

/// Means over seeds by label, then by length and depth.
using Grid = std::map<std::string, std::map<std::pair<double, double>, Sum>>;
using FigureKey = std::pair<std::string, std::optional<double>>;  // others(), state size

class LengthDepth {
 public:
  LengthDepth(const PlotData& data, std::string length, std::string depth)
      : data_(data), length_(std::move(length)), depth_(std::move(depth)) {}

  std::vector<Figure> figures_of(const std::string& metric);

 private:
  void collect(const std::string& metric);
  void share_unbounded();
  HeatMaps maps_of(const FigureKey& key, const Grid& grid, const std::string& metric) const;

  const PlotData& data_;
  std::string length_;
  std::string depth_;
  std::map<FigureKey, Grid> grids_;
};

void LengthDepth::collect(const std::string& metric) {
  grids_.clear();
  const std::set<std::string> own = {length_, depth_, "state_size", "state_fraction", "seed"};
  for (const PlotCell& cell : data_.cells) {
    const auto length = numeric_parameter(*cell.json, length_);
    const auto depth = numeric_parameter(*cell.json, depth_);
    const Json& metrics = cell.json->at("metrics");
    const auto found = metrics.find(metric);
    const auto value = found == metrics.end() ? std::nullopt : number_at(*found, "value");
    if (length && depth && value) {
      Sum& sum = grids_[{others(data_, cell, own), cell.state_size}][cell.label][{*length, *depth}];
      sum.value += *value;
      ++sum.count;
    }
  }
}

// The full model goes with every state size.
void LengthDepth::share_unbounded() {
  std::set<FigureKey> done;
  for (const auto& [key, unbounded] : grids_) {
    if (key.second) {
      continue;
    }
    for (auto& [other, grid] : grids_) {
      if (other.second && other.first == key.first) {
        grid.insert(unbounded.begin(), unbounded.end());
        done.insert(key);
      }
    }
  }
  for (const FigureKey& key : done) {
    grids_.erase(key);
  }
}

HeatMaps LengthDepth::maps_of(const FigureKey& key, const Grid& grid,
                              const std::string& metric) const {
  const std::string state = key.second ? fmt::format("{:g}", *key.second) : "unbounded";
  HeatMaps maps;
  maps.name = slug(metric) + "-by-length-and-depth-state-" + state +
              (key.first.empty() ? "" : "-" + slug(key.first));
  maps.title = fmt::format("{} at state size {}{}", metric, state,
                           key.first.empty() ? "" : ", " + key.first);
  maps.x_axis = plain_text(length_.substr(length_.rfind('.') + 1));
  maps.y_axis = plain_text(depth_.substr(depth_.rfind('.') + 1));
  maps.value_axis = data_.axis(metric);
  for (const auto& [label, values] : grid) {
    HeatMaps::Panel panel;
    panel.title = plain_text(label);
    for (const auto& [place, sum] : values) {
      maps.x_texts.emplace(place.first, fmt::format("{:g}", place.first));
      maps.y_texts.emplace(place.second, fmt::format("{:g}", place.second));
      panel.values[place] = sum.value / static_cast<double>(sum.count);
    }
    maps.panels.push_back(std::move(panel));
  }
  return maps;
}

std::vector<Figure> LengthDepth::figures_of(const std::string& metric) {
  collect(metric);
  share_unbounded();
  std::vector<Figure> figures;
  for (const auto& [key, grid] : grids_) {
    if (auto figure = draw(maps_of(key, grid, metric))) {
      figures.push_back(std::move(*figure));
    }
  }
  return figures;
}

}  // namespace

std::vector<Figure> length_depth_maps(const PlotData& data) {
  const std::string length = parameter_ending(data, "length");
  const std::string depth = parameter_ending(data, "depth");
  std::vector<Figure> figures;
  if (length.empty() || depth.empty()) {
    return figures;
  }
  LengthDepth maps(data, length, depth);
  for (const std::string& metric : data.headline) {
    auto more = maps.figures_of(metric);
    std::move(more.begin(), more.end(), std::back_inserter(figures));
  }
  return figures;
}

}  // namespace multistate::aggregate
