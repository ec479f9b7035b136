#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/results/metric.h"

namespace multistate {

/// Places of a series from `first` up to, but not including, `end`, and what they are, with their
/// unit: "layer", "distance (tokens)"; empty: tokens of a sample. A place that has a name and no
/// order, a kind of things, has it as `label`.
struct SeriesPlace {
  int64_t first = 0;
  int64_t end = 0;
  std::string axis = {};  ///< Empty: tokens of the sample, counted from 0.
  std::string label = {};
};

/// A point of a series: `metric` (its `samples` are left out) at a place.
nlohmann::json series_point(Metric metric, const SeriesPlace& place);

/// An axis of a map: one tick a column or row, all of them numbers or all texts.
struct MapAxis {
  std::string name;
  nlohmann::json ticks;
};

/// A value for every column and row, for a picture: rounded to four significant digits.
struct ValueMap {
  MapAxis x;
  MapAxis y;
  std::string unit;                         ///< Of the values; empty for plain numbers.
  std::vector<std::vector<double>> values;  ///< [rows][columns]; NaN where there is none.
};

/// {"x": {"name", "ticks"}, "y": ..., "unit", "values"}; null for a value that is not finite.
nlohmann::json to_json(const ValueMap& map);

}  // namespace multistate
