#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace multistate::aggregate {

/// report.html: the report (Analysis' to_json) as one file that shows itself in a browser without a
/// network: answers, charts, a table down to samples, provenance. Texts of the report are shown as
/// they are and never read as HTML or script; UTF-8 that is broken becomes U+FFFD. With
/// `reload_seconds` above 0 the page loads itself again after so many, and keeps what its reader
/// has chosen: for a sweep that is being followed.
std::string make_page(const nlohmann::json& report, double reload_seconds = 0.0);

}  // namespace multistate::aggregate
