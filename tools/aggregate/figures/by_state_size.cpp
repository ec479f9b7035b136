#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "multistate/base/text.h"

#include "aggregate/figures/kinds.h"

namespace multistate::aggregate {
namespace {

/// Draws the points of one group and metric.
class StateSizePlot {
 public:
  StateSizePlot(const PlotData& data, const PlotGroup& group, const std::string& metric);

  bool empty() const { return sizes_.empty(); }
  Figure take() { return std::move(figure_); }

 private:
  void add_rows();
  void add_axes();
  void add_plot();
  void add_across(const PlotPoint& point);
  void add_line(const std::string& label, size_t first, size_t last);
  std::string title_of(const std::string& label) const;

  const PlotData& data_;
  const PlotGroup& group_;
  std::vector<PlotPoint> points_;  ///< In the order of the figure's rows.
  std::vector<double> sizes_;
  std::vector<std::string> bands_;
  std::vector<std::string> lines_;
  std::string metric_;
  int objects_ = 0;  ///< Numbered, or each format would add its own.
  Figure figure_;
};

StateSizePlot::StateSizePlot(const PlotData& data, const PlotGroup& group,
                             const std::string& metric)
    : data_(data), group_(group), points_(data.points(group, metric)), metric_(metric) {
  figure_.name = slug(metric) + "-by-state-size" + group.suffix;
  figure_.title = metric + " by state size" + (group.title.empty() ? "" : ", " + group.title);
  for (const PlotPoint& point : points_) {
    if (point.state_size && *point.state_size > 0.0) {
      sizes_.push_back(*point.state_size);
    }
  }
  if (!empty()) {
    add_rows();
    add_axes();
    add_plot();
  }
}

void StateSizePlot::add_rows() {
  figure_.columns = {"state_size", metric_, "low", "high", "seeds", "policy"};
  for (const PlotPoint& point : points_) {
    figure_.rows.push_back({point.state_size ? number_text(point.state_size) : "",
                            number_text(point.value.value), number_text(point.value.low),
                            number_text(point.value.high), std::to_string(point.seeds),
                            plain_text(point.label)});
  }
}

void StateSizePlot::add_axes() {
  std::vector<double> values;
  for (const PlotPoint& point : points_) {
    values.push_back(point.value.value);
  }
  auto& commands = figure_.commands;
  commands = log2_axis("x", sizes_);
  commands.emplace_back("set xlabel 'state size (rows)'");
  commands.push_back(fmt::format("set ylabel {}", gnuplot_text(data_.axis(metric_))));
  commands.push_back(wide_range(values));
  if (!group_.title.empty()) {
    commands.push_back(fmt::format("set title {}", gnuplot_text(group_.title)));
  }
}

std::string StateSizePlot::title_of(const std::string& label) const {
  return plain_text(label) + (label == group_.baseline ? " (baseline)" : "");
}

// A band and a line across all sizes, for a state without a bound.
void StateSizePlot::add_across(const PlotPoint& point) {
  const Look& look = data_.palette.at(point.label);
  if (point.value.low && point.value.high && std::isfinite(*point.value.low) &&
      std::isfinite(*point.value.high)) {
    figure_.commands.push_back(fmt::format(
        "set object {} rectangle from graph 0, first {} to graph 1, first {} behind fc rgb '{}' "
        "fs transparent solid 0.12 noborder",
        ++objects_, *point.value.low, *point.value.high, look.color));
  }
  if (std::isfinite(point.value.value)) {
    lines_.push_back(fmt::format("{} with lines lc rgb '{}' lw 2 dt {} title {}", point.value.value,
                                 look.color, look.dash + 1, gnuplot_text(title_of(point.label))));
  }
}

void StateSizePlot::add_line(const std::string& label, size_t first, size_t last) {
  const Look& look = data_.palette.at(label);
  const std::string source = figure_.source(first, last);
  if (first == last) {
    bands_.push_back(fmt::format("{} using 1:2:3:4 with yerrorbars lc rgb '{}' lw 1 pt 0 notitle",
                                 source, look.color));
  } else {
    bands_.push_back(fmt::format(
        "{} using 1:3:4 with filledcurves fc rgb '{}' fs transparent solid 0.14 notitle", source,
        look.color));
  }
  const double width = label == group_.baseline ? 3.5 : 2.0;
  lines_.push_back(fmt::format("{} using 1:2 with linespoints {} title {}", source,
                               line_style(look, width), gnuplot_text(title_of(label))));
}

void StateSizePlot::add_plot() {
  for (size_t first = 0; first < points_.size();) {
    const PlotPoint& point = points_[first];
    if (!point.state_size) {
      add_across(point);
      ++first;
      continue;
    }
    size_t last = first;
    while (last + 1 < points_.size() && points_[last + 1].label == point.label) {
      ++last;
    }
    add_line(point.label, first, last);
    first = last + 1;
  }
  bands_.insert(bands_.end(), lines_.begin(), lines_.end());
  figure_.commands.push_back("plot " + join(bands_, ", \\\n  "));
}

}  // namespace

std::vector<Figure> by_state_size(const PlotData& data) {
  std::vector<Figure> figures;
  for (const PlotGroup& group : data.groups) {
    for (const std::string& metric : data.headline) {
      StateSizePlot plot(data, group, metric);
      if (!plot.empty()) {
        figures.push_back(plot.take());
      }
    }
  }
  return figures;
}

}  // namespace multistate::aggregate
