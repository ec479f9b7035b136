#pragma once

#include <vector>

#include "aggregate/figures/figure.h"
#include "aggregate/figures/plot_data.h"

namespace multistate::aggregate {

/// A headline metric against state size, one figure a group and metric: a line a policy with a band
/// (the interval of the value; over several seeds from the least to the greatest), the full model
/// dashed across, the baseline wider.
std::vector<Figure> by_state_size(const PlotData& data);

/// A series against its places (without labels), one figure a group, series and state size; the
/// full model in each.
std::vector<Figure> by_place(const PlotData& data);

/// The first headline metric against tokens per second and against bytes of state; the cells that
/// none beats in both are joined and marked.
std::vector<Figure> trade_offs(const PlotData& data);

/// Headline metrics of cells that vary in a length and a depth (two numeric parameters with names
/// that end so): one figure a metric and state size, one map a policy.
std::vector<Figure> length_depth_maps(const PlotData& data);

/// A series whose places have labels: a dot a policy and label, one figure a group, series and
/// state size.
std::vector<Figure> by_label(const PlotData& data);

/// Values over two axes: one figure a group, name and state size, one map a policy.
std::vector<Figure> value_maps(const PlotData& data);

}  // namespace multistate::aggregate
