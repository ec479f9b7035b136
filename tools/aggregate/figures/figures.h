#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace multistate::aggregate {

/// A figure as it lies in its folder.
struct FigureFile {
  std::string name;  ///< Of its files, without extension.
  std::string title;
  bool drawn = false;  ///< Else there are the data and the script only.

  /// The data (.csv), the script (.gp), and, of a figure that is drawn, .svg, .pdf and .png.
  std::vector<std::filesystem::path> files;
};

/// Pictures that are drawn at most, about 0.1 s each; further figures have data and script.
constexpr size_t kMaxDrawn = 120;

/// Writes the figures of a report (Analysis' to_json): headline metrics by state size, series by
/// place, quality against speed and memory, series by label, maps of length by depth and of their
/// own, whatever the cells have data for. Equal reports make equal files, PDFs apart, which hold
/// the time. Pictures of the same name from an earlier run are replaced or removed. Without gnuplot
/// (find_gnuplot), when it fails, and beyond kMaxDrawn, it logs a warning.
std::vector<FigureFile> write_figures(const nlohmann::json& report,
                                      const std::filesystem::path& folder);

}  // namespace multistate::aggregate
