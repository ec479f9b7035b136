#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "multistate/results/sample_scores.h"
#include "multistate/results/stored_cell.h"

namespace multistate {

/// What the samples of a cell add to a metric, by sample and summed by unit.
struct CellScores {
  std::vector<int64_t> samples;
  std::vector<int64_t> units;  ///< By sample; its own number where it is a unit by itself.
  Columns by_sample;
  Columns by_unit;  ///< What is independent of each other.
  RatioForm form;
};

/// None when the metric's samples are not there, or do not make its value.
std::optional<CellScores> scores_of(const StoredCell& cell, const std::string& metric);

/// Cells that differ in their seed only, as one: the sums over seeds. None unless all have scores,
/// of the same samples.
std::optional<CellScores> sum_of(const std::vector<const CellScores*>& seeds);

/// Two cells on the samples that both have, by unit.
struct PairedScores {
  Columns a;
  Columns b;
  RatioForm form;
  size_t samples = 0;
};

/// None unless they share two units or more.
std::optional<PairedScores> pair_of(const CellScores& a, const CellScores& b);

/// paired_differences() of results/ratio.h; empty when one of them is not finite.
std::vector<double> finite_differences(const PairedScores& pair);

}  // namespace multistate
