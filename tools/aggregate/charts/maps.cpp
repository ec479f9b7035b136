#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "aggregate/charts/charts.h"
#include "aggregate/charts/picture.h"
#include "aggregate/reading/plain_text.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

/// Tiles of a panel that are drawn one by one; a larger panel is an image.
constexpr size_t kMostTiles = 1600;

constexpr std::array<std::array<int, 3>, 5> kViridis = {{{0x44, 0x01, 0x54},
                                                         {0x3b, 0x52, 0x8b},
                                                         {0x21, 0x91, 0x8c},
                                                         {0x5e, 0xc9, 0x62},
                                                         {0xfd, 0xe7, 0x25}}};

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Values of one policy over the ticks of two axes; NaN where there is none.
struct Panel {
  std::string name;
  std::vector<std::vector<double>> rows;  ///< By y, then x.
};

struct MapAxis {
  std::string title;
  std::vector<Json> ticks;  ///< Numbers or texts.

  bool has_names() const { return !ticks.empty() && ticks.front().is_string(); }
  bool operator==(const MapAxis& other) const { return ticks == other.ticks; }
};

/// Panels with the same axes and colours.
struct Maps {
  MapAxis x;
  MapAxis y;
  std::string value;
  std::vector<Panel> panels;
};

const char* const kScales = R"json([
  {"name": "x", "type": "band", "range": [0, {"signal": "panelWidth"}]},
  {"name": "y", "type": "band", "range": [{"signal": "panelHeight"}, 0]},
  {"name": "value", "type": "linear", "zero": false,
   "range": ["#440154", "#3b528b", "#21918c", "#5ec962", "#fde725"]}
])json";

const char* const kPanels = R"json({
  "type": "group", "name": "panels",
  "from": {"facet": {"name": "panel", "data": "points", "groupby": "label"}},
  "sort": {"field": "datum.label"},
  "title": {"text": {"signal": "parent.label"}, "frame": "group", "fontSize": 12, "offset": 6,
            "fontWeight": "normal", "limit": 260},
  "encode": {"update": {"width": {"signal": "panelWidth"}, "height": {"signal": "panelHeight"}}}
})json";

const char* const kTiles = R"json({
  "type": "rect", "name": "tiles", "from": {"data": "panel"},
  "encode": {"enter": {"fill": {"scale": "value", "field": "v"}, "tooltip": {"signal": "datum"},
                       "x": {"scale": "x", "field": "x"}, "width": {"scale": "x", "band": 1},
                       "y": {"scale": "y", "field": "y"}, "height": {"scale": "y", "band": 1}}}
})json";

const char* const kImage = R"json({
  "type": "image", "name": "images", "from": {"data": "panel"},
  "encode": {"enter": {"url": {"field": "image"}, "aspect": {"value": false},
                       "smooth": {"value": false}, "x": {"value": 0}, "y": {"value": 0},
                       "width": {"signal": "panelWidth"}, "height": {"signal": "panelHeight"}}}
})json";

std::pair<double, double> extent_of(const Maps& maps) {
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (const Panel& panel : maps.panels) {
    for (const auto& row : panel.rows) {
      for (const double value : row) {
        low = std::isfinite(value) ? std::min(low, value) : low;
        high = std::isfinite(value) ? std::max(high, value) : high;
      }
    }
  }
  return {low, high};
}

/// The values as colours, the last row of the axis on top.
std::string image_of(const Panel& panel, double low, double high) {
  Picture picture;
  picture.height = panel.rows.size();
  picture.width = panel.rows.front().size();
  for (size_t i = 1; i < picture.colors.size(); ++i) {
    const double place = 4.0 * static_cast<double>(i - 1) / 254.0;
    const auto stop = std::min<size_t>(3, static_cast<size_t>(place));
    for (size_t part = 0; part < 3; ++part) {
      const double share = place - static_cast<double>(stop);
      picture.colors[i][part] = static_cast<uint8_t>(
          std::lround((1.0 - share) * kViridis[stop][part] + share * kViridis[stop + 1][part]));
    }
  }
  for (auto row = panel.rows.rbegin(); row != panel.rows.rend(); ++row) {
    for (const double value : *row) {
      const double share = high > low ? (value - low) / (high - low) : 0.0;
      picture.pixels.push_back(
          std::isfinite(value) ? static_cast<uint8_t>(1 + std::lround(254.0 * share)) : 0);
    }
  }
  return picture.data_uri();
}

Json points_of(const Maps& maps, bool as_image) {
  const auto [low, high] = extent_of(maps);
  Json points = Json::array();
  for (const Panel& panel : maps.panels) {
    if (as_image) {
      points.push_back({{"label", panel.name}, {"image", image_of(panel, low, high)}});
      continue;
    }
    for (size_t row = 0; row < maps.y.ticks.size(); ++row) {
      for (size_t column = 0; column < maps.x.ticks.size(); ++column) {
        if (const double value = panel.rows[row][column]; std::isfinite(value)) {
          points.push_back({{"label", panel.name},
                            {"x", maps.x.ticks[column]},
                            {"y", maps.y.ticks[row]},
                            {"v", value}});
        }
      }
    }
  }
  return points;
}

/// About eight ticks of numbers; every name of rows.
Json map_axis(const char* text, const MapAxis& axis) {
  constexpr size_t kMostTicks = 8;
  Json json = axis_of(text, axis.title);
  if (!axis.has_names() && axis.ticks.size() > kMostTicks) {
    const size_t step = (axis.ticks.size() + kMostTicks - 1) / kMostTicks;
    json["values"] = Json::array();
    for (size_t i = 0; i < axis.ticks.size(); i += step) {
      json["values"].push_back(axis.ticks[i]);
    }
  }
  return json;
}

size_t pixels_of(const MapAxis& axis, size_t least) {
  const size_t each = axis.has_names() ? 14 : 12;
  return std::clamp<size_t>(each * axis.ticks.size(), least, axis.has_names() ? 900 : 260);
}

/// Whether there is anything to draw.
bool draw(const ReportData& data, const Maps& maps, Chart& chart) {
  const auto [low, high] = extent_of(maps);
  if (!(low <= high)) {
    return false;
  }
  const bool as_image = maps.x.ticks.size() * maps.y.ticks.size() > kMostTiles;
  start_spec(data, points_of(maps, as_image), chart);
  chart.names.clear();  // Each panel has its own above it.
  Json& spec = chart.spec;
  spec["autosize"] = "pad";
  spec["signals"].push_back({{"name", "panelWidth"}, {"value", pixels_of(maps.x, 180)}});
  spec["signals"].push_back({{"name", "panelHeight"}, {"value", pixels_of(maps.y, 120)}});
  spec["layout"] = Json::parse(R"json({"padding": {"row": 30, "column": 26}, "bounds": "full",
    "align": "each",
    "columns": {"signal": "max(1, floor(width / (panelWidth + 80)))"}})json");
  Json scales = Json::parse(kScales);
  for (Json& scale : scales) {
    if (scale["name"] == "value") {
      scale["domain"] = {low, high > low ? high : low + 1.0};
    } else {
      scale["domain"] = scale["name"] == "x" ? maps.x.ticks : maps.y.ticks;
    }
    spec["scales"].push_back(std::move(scale));
  }
  Json panels = Json::parse(kPanels);
  panels["axes"] = {
      map_axis(R"json({"orient": "bottom", "scale": "x"})json", maps.x),
      map_axis(R"json({"orient": "left", "scale": "y", "labelLimit": 120})json", maps.y)};
  if (maps.y.has_names()) {
    panels["axes"][1]["labelOverlap"] = false;
  }
  panels["marks"] = {Json::parse(as_image ? kImage : kTiles)};
  spec["marks"] = {std::move(panels)};
  spec["legends"] = {{{"fill", "value"},
                      {"type", "gradient"},
                      {"orient", "bottom"},
                      {"gradientLength", 220},
                      {"direction", "horizontal"},
                      {"title", maps.value}}};
  if (as_image) {
    chart.note += fmt::format(" Each image has {} x {} values: they are in result.json (maps).",
                              maps.x.ticks.size(), maps.y.ticks.size());
    chart.columns = {{"policy", "label"}};
  } else {
    chart.columns = {
        {"policy", "label"}, {maps.x.title, "x"}, {maps.y.title, "y"}, {maps.value, "v"}};
  }
  return true;
}

MapAxis axis_from(const Json& axis) {
  MapAxis made = {plain_text(axis.at("name")), {}};
  std::set<Json> taken;
  for (const Json& tick : axis.at("ticks")) {
    Json text = tick.is_number() ? tick : Json(plain_text(tick));
    for (int number = 2; !taken.insert(text).second; ++number) {
      text = fmt::format("{} ({})", plain_text(tick), number);
    }
    made.ticks.push_back(std::move(text));
  }
  return made;
}

/// Adds the map of one cell, if it has the axes of those before; of several seeds the first.
void add_map(const std::string& policy, const std::string& name, const Json& map, Maps& maps) {
  const MapAxis x = axis_from(map.at("x"));
  const MapAxis y = axis_from(map.at("y"));
  const bool is_taken = std::any_of(maps.panels.begin(), maps.panels.end(),
                                    [&](const Panel& panel) { return panel.name == policy; });
  const bool fits = maps.panels.empty() || (x == maps.x && y == maps.y);
  if (is_taken || !fits || x.ticks.empty() || y.ticks.empty()) {
    return;
  }
  Panel panel = {policy, {}};
  for (const Json& row : map.at("values")) {
    auto& values = panel.rows.emplace_back();
    for (const Json& value : row) {
      values.push_back(value.is_number() ? value.get<double>() : kNone);
    }
  }
  maps.x = x;
  maps.y = y;
  maps.value = with_unit(name, map.at("unit"));
  maps.panels.push_back(std::move(panel));
}

void add_own_maps(const ReportData& data, const ReportGroup& group, std::vector<Chart>& charts) {
  std::set<std::pair<std::string, Size>> wanted;
  for (const size_t place : group.cells) {
    for (const auto& [name, map] : data.cells[place].json->at("maps").items()) {
      wanted.emplace(name, data.cells[place].size);
    }
  }
  for (const auto& [name, size] : wanted) {
    Maps maps;
    for (const size_t place : group.cells) {
      const ReportCell& cell = data.cells[place];
      const Json& all = cell.json->at("maps");
      if (all.contains(name) && (cell.size == size || (size && !cell.size))) {
        add_map(data.name(cell), name, all[name], maps);
      }
    }
    Chart chart = chart_of("map", {name, "state-" + size_text(size)}, "Maps", group);
    chart.name += "-map";
    chart.note = fmt::format("State size {}, and what is unbounded.", size_text(size));
    chart.choices["map"] = name;
    chart.choices["state size"] = size_text(size);
    if (draw(data, maps, chart)) {
      charts.push_back(std::move(chart));
    }
  }
}

/// The first parameter that ends so and is a number in a cell.
std::string parameter_ending(const ReportData& data, const std::string& ending) {
  for (const Json& name : data.report.at("parameters")) {
    const std::string key = name;
    const bool is_number =
        std::any_of(data.cells.begin(), data.cells.end(), [&](const ReportCell& cell) {
          return cell.json->at("parameters").value(key, Json()).is_number();
        });
    if (key.ends_with(ending) && is_number) {
      return key;
    }
  }
  return "";
}

/// What cells of one map share: all that varies, but for length, depth, policy, size and seed.
std::string setting_of(const ReportData& data, const ReportCell& cell,
                       const std::set<std::string>& own) {
  std::vector<std::string> parts;
  for (const Json& name : data.report.at("parameters")) {
    const std::string key = name;
    if (!own.contains(key) && !key.starts_with("policy.")) {
      parts.push_back(key.substr(key.rfind('.') + 1) + "=" +
                      plain_text(cell.json->at("parameters").value(key, Json())));
    }
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

/// By policy, the cells at a length and a depth.
using Depths = std::map<std::string, std::map<std::pair<double, double>, std::vector<const Json*>>>;

Maps depth_maps(const Depths& policies, const std::string& length, const std::string& depth) {
  std::set<double> lengths;
  std::set<double> depths;
  for (const auto& [policy, places] : policies) {
    for (const auto& [place, entries] : places) {
      lengths.insert(place.first);
      depths.insert(place.second);
    }
  }
  Maps maps;
  maps.x = {plain_text(length), {lengths.begin(), lengths.end()}};
  maps.y = {plain_text(depth), {depths.begin(), depths.end()}};
  for (const auto& [policy, places] : policies) {
    Panel& panel = maps.panels.emplace_back(Panel{policy, {}});
    for (const double row : depths) {
      auto& line = panel.rows.emplace_back();
      for (const double column : lengths) {
        const auto found = places.find({column, row});
        const auto value = found == places.end() ? std::nullopt : value_of(found->second);
        line.push_back(value ? value->value : kNone);
      }
    }
  }
  return maps;
}

void add_depth_maps(const ReportData& data, const std::string& metric, std::vector<Chart>& charts) {
  const std::string length = parameter_ending(data, "length");
  const std::string depth = parameter_ending(data, "depth");
  if (length.empty() || depth.empty()) {
    return;
  }
  const std::set<std::string> own = {length, depth, "state_size", "state_fraction", "seed"};
  std::map<std::pair<std::string, Size>, Depths> settings;
  for (const ReportCell& cell : data.cells) {
    const Json& parameters = cell.json->at("parameters");
    const Json x = parameters.value(length, Json());
    const Json y = parameters.value(depth, Json());
    if (x.is_number() && y.is_number() && cell.json->at("metrics").contains(metric)) {
      settings[{setting_of(data, cell, own), cell.size}][data.name(cell)]
              [{x.get<double>(), y.get<double>()}]
                  .push_back(&cell.json->at("metrics")[metric]);
    }
  }
  for (const auto& [key, policies] : settings) {
    const auto& [setting, size] = key;
    Maps maps = depth_maps(policies, length, depth);
    maps.value = data.axis(metric);
    Chart chart =
        chart_of("depth", {metric, "by-length-and-depth-state-" + size_text(size), setting},
                 "Quality by length and depth", ReportGroup{});
    chart.note = fmt::format("State size {}.", size_text(size));
    chart.choices["metric"] = metric;
    chart.choices["state size"] = size_text(size);
    if (!setting.empty()) {
      chart.choices["setting"] = setting;
    }
    if (draw(data, maps, chart)) {
      charts.push_back(std::move(chart));
    }
  }
}

}  // namespace

std::vector<Chart> maps(const ReportData& data) {
  std::vector<Chart> charts;
  for (const std::string& metric : data.metrics) {
    add_depth_maps(data, metric, charts);
  }
  for (const ReportGroup& group : data.groups) {
    add_own_maps(data, group, charts);
  }
  return charts;
}

}  // namespace multistate::aggregate
