#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "multistate/base/text.h"

#include "aggregate/figures/kinds.h"
#include "aggregate/figures/series_lines.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

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

/// What all figures of a series have in common, so that they can be held beside each other.
struct SeriesFrame {
  std::string series;
  SeriesAxes axes;
  Range values;
  Range widths;  ///< Of stretches.
  std::set<double> places;

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
    const double margin = margin_at(point);
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

SeriesFrame frame_of(const LinesBySize& lines, const std::string& series, const SeriesAxes& axes) {
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
  Figure figure = figure_of_series(frame.series, size, group);
  PlacePlot plot(data, figure);
  for (const Line& line : lines) {
    plot.add(line);
  }
  figure.commands = {"set xlabel " + gnuplot_text(plain_text(frame.axes.places)),
                     "set ylabel " + gnuplot_text(value_axis(frame.series, frame.axes.unit)),
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

std::vector<Figure> by_place(const PlotData& data) {
  std::vector<Figure> figures;
  for (const PlotGroup& group : data.groups) {
    for (const std::string& series : series_names(data, group, false)) {
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
