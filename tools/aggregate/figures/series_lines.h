#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "aggregate/figures/figure.h"
#include "aggregate/figures/plot_data.h"

namespace multistate::aggregate {

using StateSize = std::optional<double>;

/// A series of one cell.
struct Line {
  std::string label;
  const nlohmann::json* points;
};

using LinesBySize = std::map<StateSize, std::vector<Line>>;

/// Names of the series of a group whose places have labels, or of those whose places do not.
std::set<std::string> series_names(const PlotData& data, const PlotGroup& group, bool labelled);

/// By state size the series of one cell a label: of several seeds the first. Those of unbounded
/// states go with every size.
LinesBySize lines_by_size(const PlotData& data, const PlotGroup& group, const std::string& series);

/// The value of a point, NaN for none, and half the width of its 95 % interval, likewise.
double value_at(const nlohmann::json& point);
double margin_at(const nlohmann::json& point);

/// "lifetime (steps)".
std::string value_axis(const std::string& name, const std::string& unit);

/// An empty figure with name and title: of a series, or a map, at a state size.
Figure figure_of_series(const std::string& name, const StateSize& size, const PlotGroup& group);

}  // namespace multistate::aggregate
