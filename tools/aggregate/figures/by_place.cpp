#include <algorithm>
#include <cmath>
#include <limits>
#include <regex>
#include <set>

#include <fmt/format.h>

#include "multistate/base/text.h"

#include "aggregate/figures/kinds.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;
using StateSize = std::optional<double>;

constexpr double kNormalQuantile = 1.959964;  // of a 95 % interval

struct Line {
  std::string label;
  const Json* points;
};

/// Names of the series of a group that are to be drawn against the place.
std::set<std::string> series_names(const PlotData& data, const PlotGroup& group) {
  std::set<std::string> names;
  for (const size_t cell : group.cells) {
    for (const auto& [name, points] : data.cells[cell].json->at("series").items()) {
      if (!points.empty() && !is_of_layer(name)) {
        names.insert(name);
      }
    }
  }
  return names;
}

/// By state size the series of one cell a label: of several seeds the first. Those of unbounded
/// states go with every size.
std::map<StateSize, std::vector<Line>> lines_by_size(const PlotData& data, const PlotGroup& group,
                                                     const std::string& series) {
  std::map<StateSize, std::vector<Line>> lines;
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

struct Range {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();

  void add(double value) {
    if (std::isfinite(value)) {
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  bool empty() const { return low > high; }
};

double middle(const Json& point) {
  // end_place is one past the last.
  return (point.at("first_place").get<double>() + point.at("end_place").get<double>() - 1.0) / 2.0;
}

double value_at(const Json& point) {
  return number_at(point, "value").value_or(std::numeric_limits<double>::quiet_NaN());
}

/// What all figures of a series have in common, so that they can be held beside each other.
struct SeriesFrame {
  std::string series;
  SeriesAxes axes;
  Range values;
  Range widths;  ///< Of stretches.
  std::set<double> places;

  std::string value_axis() const {
    return plain_text(series) + (axes.unit.empty() ? "" : " (" + axes.unit + ")");
  }

  /// Stretches that widen belong on a logarithmic axis, those of one width on a linear one.
  bool is_logarithmic() const {
    constexpr double kWide = 16.0;
    return *places.begin() > 0.0 && *places.rbegin() / *places.begin() >= kWide &&
           widths.high >= 2.0 * widths.low;
  }
};

class PlacePlot {
 public:
  PlacePlot(const PlotData& data, Figure& figure) : data_(data), figure_(figure) {
    figure_.columns = {"middle", "first_place", "end_place", "value", "low", "high", "policy"};
  }

  void add(const Line& line);
  void finish(const SeriesFrame& frame);

 private:
  const PlotData& data_;
  Figure& figure_;
  std::vector<std::string> bands_;
  std::vector<std::string> lines_;
};

void PlacePlot::add(const Line& line) {
  const size_t first = figure_.rows.size();
  for (const Json& point : *line.points) {
    const double value = value_at(point);
    const auto error = number_at(point, "stderr");
    const double margin = error ? kNormalQuantile * *error : std::nan("");
    figure_.rows.push_back({number_text(middle(point)), point.at("first_place").dump(),
                            point.at("end_place").dump(), number_text(value),
                            number_text(value - margin), number_text(value + margin),
                            plain_text(line.label)});
  }
  const std::string source = figure_.source(first, figure_.rows.size() - 1);
  const Look& look = data_.palette.at(line.label);
  bands_.push_back(
      fmt::format("{} using 1:5:6 with filledcurves fc rgb '{}' fs transparent solid 0.10 notitle",
                  source, look.color));
  lines_.push_back(fmt::format("{} using 1:4 with linespoints {} title {}", source,
                               line_style(look), gnuplot_text(plain_text(line.label))));
}

void PlacePlot::finish(const SeriesFrame& frame) {
  if (frame.is_logarithmic()) {
    const auto axis = log2_scale("x", {frame.places.begin(), frame.places.end()});
    figure_.commands.insert(figure_.commands.end(), axis.begin(), axis.end());
    figure_.commands.emplace_back("set xtics autofreq");
  }
  bands_.insert(bands_.end(), lines_.begin(), lines_.end());
  figure_.commands.push_back("plot " + join(bands_, ", \\\n  "));
}

SeriesFrame frame_of(const std::map<StateSize, std::vector<Line>>& lines, const std::string& series,
                     const SeriesAxes& axes) {
  SeriesFrame frame;
  frame.series = series;
  frame.axes = axes;
  for (const auto& [size, list] : lines) {
    for (const Line& line : list) {
      for (const Json& point : *line.points) {
        frame.values.add(value_at(point));
        frame.widths.add(point.at("end_place").get<double>() -
                         point.at("first_place").get<double>());
        frame.places.insert(middle(point));
      }
    }
  }
  return frame;
}

Figure make_figure(const PlotData& data, const PlotGroup& group, const StateSize& size,
                   const std::vector<Line>& lines, const SeriesFrame& frame) {
  const std::string state = size ? fmt::format("{:g}", *size) : "unbounded";
  Figure figure;
  figure.name = slug(frame.series) + "-state-" + state + group.suffix;
  figure.title = fmt::format("{} at state size {}{}", frame.series, state,
                             group.title.empty() ? "" : ", " + group.title);
  PlacePlot plot(data, figure);
  for (const Line& line : lines) {
    plot.add(line);
  }
  figure.commands = {"set xlabel " + gnuplot_text(plain_text(frame.axes.places)),
                     "set ylabel " + gnuplot_text(frame.value_axis()),
                     "set title " + gnuplot_text(figure.title)};
  if (const Range& values = frame.values; !values.empty()) {
    const double margin = 0.05 * std::max(values.high - values.low, 1e-9);
    figure.commands.push_back(
        fmt::format("set yrange [{}:{}]", values.low - margin, values.high + margin));
  }
  plot.finish(frame);
  return figure;
}

}  // namespace

bool is_of_layer(const std::string& series, std::string* name, int* layer) {
  static const std::regex pattern("(.+)_layer_([0-9]{1,4})");
  std::smatch match;
  if (!std::regex_match(series, match, pattern)) {
    return false;
  }
  if (name != nullptr) {
    *name = match[1];
  }
  if (layer != nullptr) {
    *layer = std::stoi(match[2]);
  }
  return true;
}

std::vector<Figure> by_place(const PlotData& data) {
  std::vector<Figure> figures;
  for (const PlotGroup& group : data.groups) {
    for (const std::string& series : series_names(data, group)) {
      const auto lines = lines_by_size(data, group, series);
      const SeriesFrame frame = frame_of(lines, series, data.series.at(series));
      for (const auto& [size, list] : lines) {
        figures.push_back(make_figure(data, group, size, list, frame));
      }
    }
  }
  return figures;
}

}  // namespace multistate::aggregate
