#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "aggregate/figures/figure.h"

namespace multistate::aggregate {

/// Several maps with the same axes and the same colours. Axes are by rank, each value as wide as
/// any other, with its text as a tick.
struct HeatMaps {
  std::string name;
  std::string title;
  std::string x_axis;
  std::string y_axis;
  std::string value_axis;
  std::map<double, std::string> x_texts;  ///< By value.
  std::map<double, std::string> y_texts;
  bool y_names = false;  ///< Rows are things with names: each has its own, and the room for it.

  struct Panel {
    std::string title;
    std::map<std::pair<double, double>, double> values;  ///< By x and y.
  };
  std::vector<Panel> panels;
};

/// Colours are viridis (van der Walt and Smith, 2015), which grows in lightness: readable without
/// colour, too. None when no value is finite.
std::optional<Figure> draw(const HeatMaps& maps);

}  // namespace multistate::aggregate
