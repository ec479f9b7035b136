#pragma once

#include <optional>
#include <string>
#include <vector>

#include "aggregate/figures/palette.h"

namespace multistate::aggregate {

/// A figure before it is written: its data, and how gnuplot draws them.
struct Figure {
  std::string name;   ///< Of its files, without extension.
  std::string title;  ///< One line.
  std::string setup;  ///< What was measured on, at the foot of the figure; may be empty.
  int width = 760;    ///< Pixels of the SVG.
  int height = 460;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> commands;  ///< Between `set output` and `unset output`.

  std::string csv() const;

  /// A script that makes all formats, to be run in the folder of the data.
  std::string script() const;

  /// "'name.csv' skip 1 every ::first::last": the rows of one series, both included.
  std::string source(size_t first, size_t last) const;
};

/// Text as a string for gnuplot, in which nothing is expanded.
std::string gnuplot_text(const std::string& text);

/// The shortest text that reads back the same, "NaN" included; "NaN" for none.
std::string number_text(std::optional<double> value);

/// "lc rgb '#0072B2' lw 2 dt 1 pt 7 ps 0.9": a line with markers.
std::string line_style(const Look& look, double width = 2.0);

/// "pt 7": the marker alone.
std::string marker(const Look& look);

/// "set logscale x 2" and the range of an axis with these values, all positive.
std::vector<std::string> log2_scale(const std::string& axis, const std::vector<double>& values);

/// The same with a tick at each value; labels that would overlap are left out.
std::vector<std::string> log2_axis(const std::string& axis, std::vector<double> values);

/// "set logscale y" where the values span a factor of 20 or more and all are positive; else "".
std::string wide_range(const std::vector<double>& values);

}  // namespace multistate::aggregate
