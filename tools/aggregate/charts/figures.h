#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "aggregate/charts/chart.h"

namespace multistate::aggregate {

/// Figures that are drawn at most: about 50 ms each, and nobody looks at more.
inline constexpr size_t kMostFigures = 120;

/// What came of the figures of a report.
struct Figures {
  std::vector<std::filesystem::path> files;  ///< That were written.

  /// What is not there that should be, "PATH: why". Any makes the exit code 1.
  std::vector<std::string> problems;
};

/// The specification of a chart by itself, on white: with its title, what was chosen and measured
/// on below that, and the legend of its policies at its foot.
nlohmann::json figure_spec(const Chart& chart, const std::string& setup);

/// Writes charts that have something to draw into a folder: NAME.svg, NAME.pdf where rsvg-convert
/// is there, and NAME.vg.json, the specification with its data. Vega runs in one process of Node.js
/// ($MULTISTATE_NODE, or node on $PATH) for all charts; `vega` is its source with the function
/// drawAll(specs), page_assets() of page/assets.h has both. Figures that an earlier run left are
/// removed. Equal charts make equal SVGs.
Figures write_figures(const std::vector<Chart>& charts, const std::string& setup,
                      std::string_view vega, const std::filesystem::path& folder);

}  // namespace multistate::aggregate
