#pragma once

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "aggregate/charts/report_data.h"

namespace multistate::aggregate {

/// A column of a chart's data as a table.
struct ChartColumn {
  std::string title;
  std::string field;  ///< Of a point; of several points of one chart not all have it.
};

/// A chart: a specification of Vega that the page shows live and a figure shows still, its data
/// among it. Texts of results are in data, titles and domains, never in names of fields or in
/// expressions.
///
/// Signals of `spec`: `width`; `hidden`, names of policies that are not shown; `policy`, the name
/// of the one that stands out, or null.
struct Chart {
  std::string kind;   ///< Of those of a kind one is seen at a time: "size", "place", ...
  std::string name;   ///< Of its files, without extension; unique in a report.
  std::string title;  ///< One line.
  std::string note;   ///< How to read it; may be empty.

  /// What selects it among those of its kind: "group", "metric", "view", "state size", "series",
  /// "map", by value.
  std::map<std::string, std::string> choices;

  std::vector<ChartColumn> columns;  ///< Of the points in the data set "all", for tables.
  std::vector<std::string> names;    ///< Policies in it that the legend of a figure explains.
  nlohmann::json spec;               ///< Null: the note says why there is nothing to draw.
};

/// Data sets, signals and scales that all charts have: points in "all" with the member "label" (a
/// name of the palette), "points" without those that are hidden; scales "color", "fill", "shape",
/// "dash" of labels. Sets Chart::names.
void start_spec(const ReportData& data, nlohmann::json points, Chart& chart);

/// A point with a label and a value: {"label", "y", "low", "high"}; what is absent is left out.
nlohmann::json point_of(const std::string& name, const PlotValue& value);

/// An axis or scale by its JSON text, with `title` for its title.
nlohmann::json axis_of(const char* text, const std::string& title);

/// A scale named "x" over these values: logarithmic to base 2 where `logarithmic`.
nlohmann::json x_scale(const std::vector<double>& values, bool logarithmic);

/// The scale "y" over value and interval of the points that are shown: logarithmic where all values
/// are positive and span a factor of 20 or more.
nlohmann::json y_scale(const nlohmann::json& points);

/// Marks of a line a policy, of points with "x" and "y": bands, lines and symbols.
nlohmann::json line_marks();

/// "name", "axis" as words for a file: joined with '-', what has no letters for it left out.
std::string file_stem(const std::vector<std::string>& parts);

/// The choice "group", where there are several.
void choose_group(const ReportGroup& group, Chart& chart);

}  // namespace multistate::aggregate
