#include "aggregate/figures/figure.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "multistate/base/text.h"

#include "aggregate/tables/formats.h"

namespace multistate::aggregate {
namespace {

/// Filled and open shapes in turn, of gnuplot's terminals svg, pdfcairo and pngcairo alike.
constexpr std::array<int, kMarkers> kPointTypes = {7, 5, 9, 11, 13, 6, 4, 2};

/// Of a logarithmic axis.
struct Ends {
  double low;
  double high;
};

Ends ends_of(const std::vector<double>& values) {
  constexpr double kSpread = 1.12;  // beyond the outermost values
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return {*low / kSpread, *high * kSpread};
}

/// Two lines below the axis: the model, and what it read. One would be wider than the figure.
std::string setup_label(const std::string& setup) {
  const size_t end = std::min(setup.find(" | "), setup.size());
  const auto line = [](int tag, double height, const std::string& text) {
    return fmt::format(
        "set label {} {} at screen 0.01, screen {} left font ',8' tc rgb '#555555' front\n", tag,
        gnuplot_text(text), height);
  };
  return "set bmargin 6\n" + line(998, 0.055, setup.substr(0, end)) +
         line(999, 0.02, setup.substr(std::min(end + 3, setup.size())));
}

}  // namespace

std::string Figure::csv() const {
  std::string csv = csv_line(columns);
  for (const auto& row : rows) {
    csv += csv_line(row);
  }
  return csv;
}

std::string Figure::script() const {
  constexpr double kPixelsPerInch = 120.0;
  std::string text = fmt::format(
      "# {0}.svg, {0}.pdf and {0}.png of {0}.csv: gnuplot {0}.gp\n"
      "set encoding utf8\n"
      "set datafile separator comma\n"
      "set style fill noborder\n"
      "set tics nomirror\n"
      "set grid back lc rgb '#dddddd' lt 1 lw 0.5\n"
      "set key outside right top vertical Left reverse samplen 2.2 spacing 1.15\n"
      "common = \"noenhanced background rgb 'white'\"\n"
      "do for [format in 'svg pdf png'] {{\n"
      "if (format eq 'svg') {{ set terminal svg size {1},{2} @common font 'sans-serif,13' }}\n"
      "if (format eq 'pdf') {{ set terminal pdfcairo size {3:.3f},{4:.3f} @common font 'sans,9' "
      "}}\n"
      "if (format eq 'png') {{ set terminal pngcairo size {5},{6} @common font 'sans,10' "
      "fontscale 2 linewidth 2 pointscale 2 }}\n"
      "set output '{0}.'.format\n",
      name, width, height, width / kPixelsPerInch, height / kPixelsPerInch, 2 * width, 2 * height);
  if (!setup.empty()) {
    text += setup_label(setup);
  }
  for (const std::string& command : commands) {
    text += command + '\n';
  }
  return text + "unset output\n}\n";
}

std::string Figure::source(size_t first, size_t last) const {
  return fmt::format("'{}.csv' skip 1 every ::{}::{}", name, first, last);
}

std::string gnuplot_text(const std::string& text) {
  std::string result = "'";
  for (const char c : text) {
    // Within braces gnuplot 5.4 takes no two doubled quotes in a row: each is a string of its own.
    result += c == '\'' ? std::string(R"('."'".')") : std::string(1, c);
  }
  return result + "'";
}

std::string number_text(std::optional<double> value) {
  return !value || std::isnan(*value) ? "NaN" : fmt::format("{}", *value);
}

std::string marker(const Look& look) {
  return fmt::format("pt {}", kPointTypes.at(static_cast<size_t>(look.marker)));
}

std::string line_style(const Look& look, double width) {
  return fmt::format("lc rgb '{}' lw {} dt {} {} ps 0.8", look.color, width, look.dash + 1,
                     marker(look));
}

std::vector<std::string> log2_scale(const std::string& axis, const std::vector<double>& values) {
  const Ends ends = ends_of(values);
  return {fmt::format("set logscale {} 2", axis),
          fmt::format("set {}range [{}:{}]", axis, ends.low, ends.high)};
}

std::vector<std::string> log2_axis(const std::string& axis, std::vector<double> values) {
  constexpr double kLabels = 14.0;  // that have room
  std::sort(values.begin(), values.end());
  const Ends ends = ends_of(values);
  const double room = std::pow(ends.high / ends.low, 1.0 / kLabels);
  std::vector<std::string> ticks;
  double last = 0.0;
  for (const double value : values) {
    if (value >= last * room && value > last) {
      ticks.push_back(fmt::format("'{0:g}' {0}", value));
      last = value;
    }
  }
  auto commands = log2_scale(axis, values);
  commands.push_back(fmt::format("set {}tics ({})", axis, join(ticks)));
  return commands;
}

std::string wide_range(const std::vector<double>& values) {
  constexpr double kWide = 20.0;
  const auto finite = [](double value) { return std::isfinite(value); };
  double low = 0.0;
  double high = 0.0;
  bool any = false;
  for (const double value : values) {
    if (finite(value)) {
      low = any ? std::min(low, value) : value;
      high = any ? std::max(high, value) : value;
      any = true;
    }
  }
  return any && low > 0.0 && high / low >= kWide ? "set logscale y" : "";
}

}  // namespace multistate::aggregate
