#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "aggregate/charts/figures.h"

namespace multistate::aggregate {

/// report.html: the report (Analysis' to_json) as one file that shows itself in a browser without a
/// network: answers, charts, a table down to samples, provenance. Policies have the colours of the
/// figures. Texts of the report are shown as they are and never read as HTML or script; UTF-8 that
/// is broken becomes U+FFFD. With `reload_seconds` above 0 the page loads itself again after so
/// many, and keeps what its reader has chosen: for a sweep that is being followed.
std::string make_page(const nlohmann::json& report, double reload_seconds = 0.0);

/// write_figures() of charts/figures.h, of all charts of a report but those of metrics that are no
/// headline metrics.
Figures draw_report(const nlohmann::json& report, const std::filesystem::path& folder);

}  // namespace multistate::aggregate
