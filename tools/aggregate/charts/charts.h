#pragma once

#include <vector>

#include "aggregate/charts/chart.h"

namespace multistate::aggregate {

/// All charts of a report, in the order in which they are shown, each with a name of its own.
std::vector<Chart> make_charts(const ReportData& data);

/// What the page needs of a chart: {"kind", "name", "title", "note", "choices", "columns": [[title,
/// field], ...], "spec"}.
nlohmann::json to_json(const Chart& chart);

/// A metric against state size, one chart a group and metric: a line a policy with the interval as
/// a band, unbounded states across. Of headline metrics also the paired difference to the full
/// cache, as the report's comparisons have it: the view that comes first, since intervals of two
/// values by themselves say little about their difference. Above stands the compression ratio.
std::vector<Chart> by_size(const ReportData& data);

/// Headline metrics against bytes of state and tokens per second. Cells that no other beats in both
/// are joined.
std::vector<Chart> trade_offs(const ReportData& data);

/// A series against its places, one chart a group, series and state size, unbounded states in each;
/// of a series whose places have labels, a dot a policy and label.
std::vector<Chart> by_place(const ReportData& data);

/// Headline metrics over a length and a depth (two numeric parameters with names that end so) and
/// the maps that cells bring, one chart a state size, a panel a policy on one scale of colours.
/// Colours are viridis (van der Walt and Smith, 2015), which grows in lightness.
std::vector<Chart> maps(const ReportData& data);

}  // namespace multistate::aggregate
