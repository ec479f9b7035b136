#include "aggregate/figures/series_lines.h"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

constexpr double kNormalQuantile = 1.959964;  // of a 95 % interval
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

std::set<std::string> series_names(const PlotData& data, const PlotGroup& group, bool labelled) {
  std::set<std::string> names;
  for (const size_t cell : group.cells) {
    for (const auto& [name, points] : data.cells[cell].json->at("series").items()) {
      if (!points.empty() && data.series.at(name).labelled == labelled) {
        names.insert(name);
      }
    }
  }
  return names;
}

LinesBySize lines_by_size(const PlotData& data, const PlotGroup& group, const std::string& series) {
  LinesBySize lines;
  std::set<std::pair<StateSize, std::string>> taken;
  for (const size_t place : group.cells) {
    const PlotCell& cell = data.cells[place];
    const Json& all = cell.json->at("series");
    const auto found = all.find(series);
    if (found != all.end() && !found->empty() &&
        taken.emplace(cell.state_size, cell.label).second) {
      lines[cell.state_size].push_back({cell.label, &*found});
    }
  }
  if (const auto unbounded = lines.find(std::nullopt);
      unbounded != lines.end() && lines.size() > 1) {
    const std::vector<Line> shared = std::move(unbounded->second);
    lines.erase(unbounded);
    for (auto& [size, list] : lines) {
      list.insert(list.begin(), shared.begin(), shared.end());
    }
  }
  for (auto& [size, list] : lines) {
    std::stable_sort(list.begin(), list.end(),
                     [](const Line& a, const Line& b) { return a.label < b.label; });
  }
  return lines;
}

double value_at(const Json& point) {
  return number_at(point, "value").value_or(kNaN);
}

double margin_at(const Json& point) {
  return kNormalQuantile * number_at(point, "stderr").value_or(kNaN);
}

std::string value_axis(const std::string& name, const std::string& unit) {
  return plain_text(name) + (unit.empty() ? "" : " (" + plain_text(unit) + ")");
}

Figure figure_of_series(const std::string& name, const StateSize& size, const PlotGroup& group) {
  const std::string state = size ? fmt::format("{:g}", *size) : "unbounded";
  Figure figure;
  figure.name = slug(name) + "-state-" + state + group.suffix;
  figure.title = fmt::format("{} at state size {}{}", plain_text(name), state,
                             group.title.empty() ? "" : ", " + group.title);
  return figure;
}

}  // namespace multistate::aggregate
