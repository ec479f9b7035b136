#pragma once

#include <nlohmann/json.hpp>

namespace multistate::aggregate {

/// What the scripts of the page read, as assets/report.js and assets/chart.js take it apart: the
/// report, without series and maps, with a `title` of every group; `charts` (charts/charts.h);
/// `looks` by label (color, shape, filled, dash, name); and `reload_seconds`. Of thousands of cells
/// most of a report would be the same keys again and again, so `common` holds the parameters that
/// all cells share.
nlohmann::json page_data(const nlohmann::json& report, double reload_seconds);

}  // namespace multistate::aggregate
