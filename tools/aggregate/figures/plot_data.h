#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "aggregate/figures/palette.h"

namespace multistate::aggregate {

/// A value with an interval, where there is one. What is not finite is NaN or infinite here, too.
struct PlotValue {
  double value = 0.0;
  std::optional<double> low;
  std::optional<double> high;
};

/// A done cell of the report.
struct PlotCell {
  std::string id;
  std::string label;
  std::optional<double> state_size;
  const nlohmann::json* json = nullptr;  ///< Its entry in the report.
};

/// Several cells that differ in their seed only, as one point.
struct PlotPoint {
  std::string label;
  std::optional<double> state_size;
  PlotValue value;  ///< Of several seeds their mean, with the least and the greatest.
  size_t seeds = 1;
};

struct PlotGroup {
  std::string suffix;  ///< For file names: empty when there is one group.
  std::string title;   ///< In what it differs from the others.
  std::vector<size_t> cells;
  std::vector<size_t> front_speed;
  std::vector<size_t> front_memory;
  std::string topline;   ///< Label of the full model; empty when there is none.
  std::string baseline;  ///< Label of the plainest policy; empty when there is none.
};

/// What the places of a series are, the unit of its values, and whether places have labels.
struct SeriesAxes {
  std::string places;
  std::string unit;
  bool labelled = false;
};

/// What figures need of a report (Analysis' to_json), which must outlive it.
struct PlotData {
  explicit PlotData(const nlohmann::json& report);

  const nlohmann::json& report;
  std::vector<PlotCell> cells;
  std::vector<PlotGroup> groups;
  Palette palette;
  std::vector<std::string> headline;             ///< Names of the headline metrics.
  std::map<std::string, std::string> units;      ///< By metric.
  std::map<std::string, bool> higher_is_better;  ///< Of metrics that have a direction.
  std::map<std::string, SeriesAxes> series;      ///< By name.

  /// Points of a metric by label, then by state size; unbounded ones first.
  std::vector<PlotPoint> points(const PlotGroup& group, const std::string& metric) const;

  /// "perplexity", "nll (nats/token)".
  std::string axis(const std::string& metric) const;
};

/// The member of `json` as a number, NaN and infinities included; none when it is absent or null.
std::optional<double> number_at(const nlohmann::json& json, const std::string& key);

/// A parameter of a cell of the report; none when it is absent or no number.
std::optional<double> numeric_parameter(const nlohmann::json& cell, const std::string& key);

/// A palette for every label of the report.
Palette palette_of(const nlohmann::json& report);

/// The value as a person reads it, fit for one line of a figure: control characters become spaces.
std::string plain_text(const nlohmann::json& value);

/// Letters, digits, '-', '_' and '.', at most 60: fit for a file's name.
std::string slug(const std::string& text);

}  // namespace multistate::aggregate
