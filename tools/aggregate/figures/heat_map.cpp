#include "aggregate/figures/heat_map.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "multistate/base/text.h"

namespace multistate::aggregate {
namespace {

constexpr const char* kViridis =
    "set palette defined (0 '#440154', 1 '#472d7b', 2 '#3b528b', 3 '#2c728e', 4 '#21918c', "
    "5 '#28ae80', 6 '#5ec962', 7 '#addc30', 8 '#fde725')";

/// Tick labels a side at most, and characters of those along a map.
constexpr size_t kTicks = 10;
constexpr size_t kTickText = 26;
/// Tiles that are drawn as boxes, at most.
constexpr size_t kBoxes = 2500;
/// Numbers are written into maps that have this many columns and rows at most.
constexpr size_t kWrittenColumns = 6;
constexpr size_t kWrittenRows = 10;

struct Extent {
  double low = std::numeric_limits<double>::infinity();
  double high = -std::numeric_limits<double>::infinity();
};

Extent extent_of(const HeatMaps& maps) {
  Extent extent;
  for (const auto& panel : maps.panels) {
    for (const auto& [place, value] : panel.values) {
      if (std::isfinite(value)) {
        extent.low = std::min(extent.low, value);
        extent.high = std::max(extent.high, value);
      }
    }
  }
  return extent;
}

size_t rank_of(const std::map<double, std::string>& texts, double value) {
  return static_cast<size_t>(std::distance(texts.begin(), texts.find(value)));
}

/// Every `step`th text of an axis.
std::string ticks(const char* axis, const std::map<double, std::string>& texts, size_t step) {
  std::vector<std::string> list;
  size_t rank = 0;
  for (const auto& [value, text] : texts) {
    if (rank % step == 0) {
      list.push_back(gnuplot_text(text) + " " + std::to_string(rank));
    }
    ++rank;
  }
  return fmt::format("set {0}range [-0.5:{1}.5]\nset {0}tics ({2}) scale 0", axis, texts.size() - 1,
                     join(list));
}

/// Along a map texts must not run into each other.
std::string column_ticks(const HeatMaps& maps) {
  size_t longest = 1;
  for (const auto& [value, text] : maps.x_texts) {
    longest = std::max(longest, text.size());
  }
  const size_t most = std::clamp<size_t>(kTickText / (longest + 1), 1, kTicks);
  return ticks("x", maps.x_texts, (maps.x_texts.size() + most - 1) / most);
}

std::string row_ticks(const HeatMaps& maps) {
  const size_t step = maps.y_names ? 1 : (maps.y_texts.size() + kTicks - 1) / kTicks;
  return ticks("y", maps.y_texts, step);
}

/// Rows of the panels, each with the ranks that it is drawn at.
std::vector<std::pair<size_t, size_t>> add_rows(Figure& figure, const HeatMaps& maps) {
  std::vector<std::pair<size_t, size_t>> bounds;
  for (const auto& panel : maps.panels) {
    const size_t first = figure.rows.size();
    for (const auto& [place, value] : panel.values) {
      figure.rows.push_back({std::to_string(rank_of(maps.x_texts, place.first)),
                             std::to_string(rank_of(maps.y_texts, place.second)),
                             number_text(value), maps.x_texts.at(place.first),
                             maps.y_texts.at(place.second), panel.title});
    }
    bounds.emplace_back(first, figure.rows.size());
  }
  return bounds;
}

size_t columns_of(const HeatMaps& maps) {
  const size_t count = maps.panels.size();
  return std::min<size_t>(count, count == 4 ? 2 : 3);
}

/// Sizes in pixels become shares of the picture.
void add_layout(Figure& figure, const HeatMaps& maps) {
  constexpr int kPanel = 250;
  constexpr int kName = 15;
  constexpr int kLeft = 80;
  constexpr int kRight = 110;
  constexpr int kTop = 70;
  constexpr int kBottom = 100;  // With the two lines of the setup.
  constexpr int kGapX = 24;
  constexpr int kGapY = 60;
  const int count = static_cast<int>(maps.panels.size());
  const int columns = static_cast<int>(columns_of(maps));
  const int rows = (count + columns - 1) / columns;
  figure.width = kLeft + kRight + columns * kPanel + (columns - 1) * kGapX;
  const int named = maps.y_names ? kName * static_cast<int>(maps.y_texts.size()) : 0;
  figure.height = kTop + kBottom + rows * std::max(kPanel * 4 / 5, named) + (rows - 1) * kGapY;
  const double width = figure.width;
  const double height = figure.height;
  figure.commands.push_back(fmt::format(
      "set multiplot layout {},{} margins {:.4f},{:.4f},{:.4f},{:.4f} spacing {:.4f},{:.4f} "
      "title {}",
      rows, columns, kLeft / width, 1.0 - kRight / width, kBottom / height, 1.0 - kTop / height,
      kGapX / width, kGapY / height, gnuplot_text(maps.title)));
  figure.commands.push_back(fmt::format(
      "set colorbox vertical user origin screen {:.4f},{:.4f} size screen {:.4f},{:.4f}",
      1.0 - (kRight - 15) / width, kBottom / height, 15 / width, 1.0 - (kTop + kBottom) / height));
}

void add_panel(Figure& figure, const HeatMaps& maps, size_t panel,
               std::pair<size_t, size_t> bounds) {
  const std::string source = figure.source(bounds.first, bounds.second - 1);
  const std::string y_ticks = row_ticks(maps);
  // A box each is sharp at any size; of very many only an image is small, which takes whole grids.
  const size_t tiles = maps.x_texts.size() * maps.y_texts.size();
  const bool image = tiles > kBoxes && maps.panels[panel].values.size() == tiles;
  std::string plot =
      "plot " + source +
      (image ? " using 1:2:3 with image notitle"
             : " using 1:2:($1-0.5):($1+0.5):($2-0.5):($2+0.5):3 with boxxyerror lc palette fs "
               "solid noborder notitle");
  if (maps.x_texts.size() <= kWrittenColumns && maps.y_texts.size() <= kWrittenRows) {
    // Dark colours are the low ones.
    for (const auto& [condition, color] :
         {std::pair("$3 < middle", "white"), std::pair("$3 >= middle", "black")}) {
      plot += fmt::format(
          ", \\\n  {} using 1:2:({} ? sprintf('%.3g',$3) : '') with labels tc rgb '{}' notitle",
          source, condition, color);
    }
  }
  // Axes are named at the left and the lower edge only.
  const bool left = panel % columns_of(maps) == 0;
  const bool lowest = panel + columns_of(maps) >= maps.panels.size();
  figure.commands.push_back("set ylabel " + gnuplot_text(left ? maps.y_axis : ""));
  figure.commands.push_back(left ? y_ticks : "unset ytics");
  figure.commands.push_back("set xlabel " + gnuplot_text(lowest ? maps.x_axis : "") +
                            " offset 0,0.4");
  figure.commands.push_back("set title " + gnuplot_text(maps.panels[panel].title) +
                            " offset 0,-0.5");
  figure.commands.push_back(plot);
  figure.commands.emplace_back("unset colorbox");
}

}  // namespace

std::optional<Figure> draw(const HeatMaps& maps) {
  Extent extent = extent_of(maps);
  if (extent.low > extent.high) {
    return std::nullopt;
  }
  const double middle = (extent.low + extent.high) / 2.0;
  if (extent.low == extent.high) {
    const double margin = std::max(std::abs(middle) * 0.01, 1e-6);
    extent = {middle - margin, middle + margin};
  }
  Figure figure;
  figure.name = maps.name;
  figure.title = maps.title;
  figure.columns = {"column", "row", "value", maps.x_axis, maps.y_axis, "panel"};
  const auto bounds = add_rows(figure, maps);
  figure.commands = {
      kViridis,
      fmt::format("set cbrange [{}:{}]", extent.low, extent.high),
      fmt::format("middle = {}", middle),
      "set cblabel " + gnuplot_text(maps.value_axis),
      "unset grid",
      column_ticks(maps),
      row_ticks(maps),
  };
  add_layout(figure, maps);
  for (size_t panel = 0; panel < maps.panels.size(); ++panel) {
    if (!maps.panels[panel].values.empty()) {
      add_panel(figure, maps, panel, bounds[panel]);
    }
  }
  figure.commands.emplace_back("unset multiplot");
  return figure;
}

}  // namespace multistate::aggregate
