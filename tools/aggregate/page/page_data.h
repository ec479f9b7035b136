#pragma once

#include <nlohmann/json.hpp>

namespace multistate::aggregate {

/// What the scripts of the page read, as assets/report.js takes it apart: the report, `looks` by
/// label (color, marker, dash), and `reload_seconds`. Of thousands of cells most of a report would
/// be the same keys again and again, so `common` holds the parameters that all cells share, and the
/// points of a series are lists [first_place, end_place, value, stderr].
nlohmann::json page_data(const nlohmann::json& report, double reload_seconds);

}  // namespace multistate::aggregate
