#pragma once

#include <vector>

#include "aggregate/charts/chart.h"

namespace multistate::aggregate {

/// All charts of a report, in the order in which they are shown, each with a name of its own.
std::vector<Chart> make_charts(const ReportData& data);

/// What the page needs of a chart: {"kind", "name", "title", "note", "choices", "columns": [[title,
/// field], ...], "spec"}.
nlohmann::json to_json(const Chart& chart);

}  // namespace multistate::aggregate
