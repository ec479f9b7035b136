#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "multistate/base/text.h"

#include "aggregate/figures/kinds.h"
#include "aggregate/figures/series_lines.h"

namespace multistate::aggregate {
namespace {

using Json = nlohmann::json;

/// Labels from the one with the lowest mean over lines up: a line of text each, the highest on top.
std::vector<std::string> labels_of(const std::vector<Line>& lines) {
  std::map<std::string, std::vector<double>> values;
  for (const Line& line : lines) {
    for (const Json& point : *line.points) {
      auto& list = values[point.at("label")];
      if (const double value = value_at(point); std::isfinite(value)) {
        list.push_back(value);
      }
    }
  }
  std::vector<std::pair<double, std::string>> order;
  for (const auto& [label, list] : values) {
    double sum = 0.0;
    for (const double value : list) {
      sum += value;
    }
    order.emplace_back(list.empty() ? 0.0 : sum / static_cast<double>(list.size()), label);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> labels;
  for (const auto& [mean, label] : order) {
    labels.push_back(label);
  }
  return labels;
}

/// Adds the points of one policy, a little above or below the middle of each label's line.
std::string add_line(const PlotData& data, const Line& line, const std::vector<std::string>& labels,
                     double shift, Figure& figure) {
  const size_t first = figure.rows.size();
  for (const Json& point : *line.points) {
    const std::string label = point.at("label");
    const auto rank = std::distance(labels.begin(), std::find(labels.begin(), labels.end(), label));
    const double value = value_at(point);
    const double margin = margin_at(point);
    figure.rows.push_back({plain_text(label), number_text(static_cast<double>(rank) + shift),
                           number_text(value), number_text(value - margin),
                           number_text(value + margin), plain_text(line.label)});
  }
  const std::string source = figure.source(first, figure.rows.size() - 1);
  const Look& look = data.palette.at(line.label);
  return fmt::format(
      "{0} using 3:2:4:5 with xerrorbars lc rgb '{1}' lw 1 pt 0 notitle, \\\n"
      "  {0} using 3:2 with points lc rgb '{1}' {2} ps 0.9 title {3}",
      source, look.color, marker(look), gnuplot_text(plain_text(line.label)));
}

Figure make_figure(const PlotData& data, const PlotGroup& group, const std::string& series,
                   const StateSize& size, const std::vector<Line>& lines) {
  constexpr int kFrame = 110;
  constexpr int kLine = 20;
  constexpr double kSpread = 0.6;  // Of a label's line, over the policies.
  const SeriesAxes& axes = data.series.at(series);
  const auto labels = labels_of(lines);
  Figure figure = figure_of_series(series, size, group);
  figure.height = std::max(260, kFrame + kLine * static_cast<int>(labels.size()));
  figure.columns = {"label", "row", "value", "low", "high", "policy"};
  std::vector<std::string> plots;
  const auto count = static_cast<double>(lines.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    const double shift = kSpread * ((count - 1.0) / 2.0 - static_cast<double>(i)) / count;
    plots.push_back(add_line(data, lines[i], labels, shift, figure));
  }
  std::vector<std::string> ticks;
  for (size_t rank = 0; rank < labels.size(); ++rank) {
    ticks.push_back(gnuplot_text(plain_text(labels[rank])) + " " + std::to_string(rank));
  }
  figure.commands = {"set xlabel " + gnuplot_text(value_axis(series, axes.unit)),
                     "set ylabel " + gnuplot_text(plain_text(axes.places)),
                     "set title " + gnuplot_text(figure.title),
                     fmt::format("set yrange [-0.7:{}.7]", labels.size() - 1),
                     fmt::format("set ytics ({})", join(ticks)),
                     "plot " + join(plots, ", \\\n  ")};
  return figure;
}

}  // namespace

std::vector<Figure> by_label(const PlotData& data) {
  std::vector<Figure> figures;
  for (const PlotGroup& group : data.groups) {
    for (const std::string& series : series_names(data, group, true)) {
      for (const auto& [size, lines] : lines_by_size(data, group, series)) {
        figures.push_back(make_figure(data, group, series, size, lines));
      }
    }
  }
  return figures;
}

}  // namespace multistate::aggregate
