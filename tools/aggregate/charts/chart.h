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

/// A chart with nothing drawn: its name is made of `parts`, of which what has no letters for a file
/// is left out, and of the group's title; the choice "group" is there where there are several.
Chart chart_of(const std::string& kind, std::vector<std::string> parts, const std::string& title,
               const ReportGroup& group);

/// Data sets, signals and scales that all charts have: points in "all" with the member "label" (a
/// name of the palette), "points" without those that are hidden; scales "color", "fill", "shape",
/// "dash" of labels. Sets Chart::names.
void start_spec(const ReportData& data, nlohmann::json points, Chart& chart);

/// How the places of lines are shown.
struct LineAxis {
  const char* axis = "";  ///< JSON text.
  std::string title;
  bool logarithmic = false;
};

/// start_spec(), and a line a policy with its band and symbols, of points with "y" and, but for
/// those that lie across, "x". The mark of the lines is the last one, the axes are x and y.
void draw_lines(const ReportData& data, const nlohmann::json& points, const LineAxis& x,
                const std::string& y_title, Chart& chart);

/// Adds a data set: what of the points that are shown `filter` holds for.
void add_data(const char* name, const char* filter, nlohmann::json& spec);

/// A point with a label and a value: {"label", "y", "low", "high"}; what is absent is left out.
nlohmann::json point_of(const std::string& name, const PlotValue& value);

/// The different values of "x", ascending.
std::vector<double> places_in(const nlohmann::json& points);

/// An axis by its JSON text, with `title` for its title.
nlohmann::json axis_of(const char* text, const std::string& title);

/// The scale "y" over value and interval of the points that are shown: logarithmic where all values
/// are positive and span a factor of 20 or more.
nlohmann::json y_scale(const nlohmann::json& points);

}  // namespace multistate::aggregate
