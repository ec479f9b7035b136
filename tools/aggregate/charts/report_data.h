#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "aggregate/charts/palette.h"

namespace multistate::aggregate {

/// Rows that a state may hold; none: unbounded.
using Size = std::optional<double>;

/// A done cell of the report.
struct ReportCell {
  std::string label;
  Size size;
  const nlohmann::json* json = nullptr;  ///< Its entry in the report.
};

struct ReportGroup {
  std::string title;  ///< In what it differs from the others; empty when there is one group.
  std::vector<size_t> cells;
  std::set<size_t> front_speed;
  std::set<size_t> front_memory;
  std::optional<double> cache_rows;  ///< Rows of a full cache.
  const nlohmann::json* json = nullptr;
};

/// What charts need of a report (Analysis' to_json), which must outlive it.
struct ReportData {
  explicit ReportData(const nlohmann::json& report);

  /// What a label is called in charts.
  const std::string& name(const ReportCell& cell) const { return palette.at(cell.label).name; }

  /// "perplexity", "nll (nats/token)".
  std::string axis(const std::string& metric) const;

  const nlohmann::json& report;
  std::vector<ReportCell> cells;
  std::map<std::string, size_t> places;  ///< Of cells, by id.
  std::vector<ReportGroup> groups;
  Palette palette;
  std::vector<std::string> metrics;  ///< Names of all; headline metrics first.
};

/// A value of several cells that differ in their seed only: of one its interval, of more their
/// mean, from the least to the greatest.
struct PlotValue {
  double value = 0.0;
  std::optional<double> low;
  std::optional<double> high;
  size_t units = 0;  ///< Independent observations of a cell.
};

/// Of metrics, or points of a series; none when one is not finite. An interval of fewer than four
/// units says nothing and is left out.
std::optional<PlotValue> value_of(const std::vector<const nlohmann::json*>& entries);

/// The member of `json` as a number, NaN and infinities included; none when it is absent or null.
std::optional<double> number_at(const nlohmann::json& json, const std::string& key);

/// "metric (unit)".
std::string with_unit(const std::string& name, const nlohmann::json& unit);

/// "64", "unbounded".
std::string size_text(const Size& size);

}  // namespace multistate::aggregate
