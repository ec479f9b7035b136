#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace multistate::aggregate {

/// What came of the figures of a report.
struct Figures {
  std::vector<std::filesystem::path> files;  ///< That were written.

  /// What is not there that should be, "PATH: why". Any makes the exit code 1.
  std::vector<std::string> problems;
};

/// Draws the charts of `report`, a report.json, but those of metrics that are no headline metrics,
/// into a folder: NAME.svg, NAME.pdf where rsvg-convert is there, and NAME.vg.json, the Vega
/// specification with its data. One process of Node.js ($MULTISTATE_NODE, or node on $PATH) draws
/// all of them with the scripts of the page. Figures that an earlier run left are removed. Equal
/// reports make equal SVGs.
Figures draw_figures(const std::filesystem::path& report, const std::filesystem::path& folder);

}  // namespace multistate::aggregate
