#pragma once

#include <algorithm>
#include <cmath>

#include "multistate/conformance/scan_run.h"

#include "support/torch.h"

namespace multistate::test {

/// The same rows at every step, and values that are equal to rounding.
inline void check_equal(const ScanRun& run, const NaiveResult& naive) {
  REQUIRE(run.attended.size() == naive.attended.size());
  double worst = 0.0;
  for (size_t i = 0; i < run.attended.size(); ++i) {
    worst = std::max(worst, std::abs(static_cast<double>(run.attended[i]) - naive.attended[i]));
  }
  CHECK(worst < 1e-5);
  REQUIRE(run.sets.size() == naive.kept.size());
  for (size_t set = 0; set < naive.kept.size(); ++set) {
    for (size_t step = 0; step < naive.kept[set].size(); ++step) {
      INFO("set " << set << ", step " << step);
      REQUIRE(run.sets[set].trace.kept_after(static_cast<int64_t>(step)) == naive.kept[set][step]);
    }
  }
}

inline void check_equal(const ScanRun& run, const ScanRun& expected) {
  REQUIRE(run.sets.size() == expected.sets.size());
  for (size_t set = 0; set < run.sets.size(); ++set) {
    REQUIRE(run.sets[set].trace.evicted_at() == expected.sets[set].trace.evicted_at());
  }
  REQUIRE(run.attended.size() == expected.attended.size());
  double worst = 0.0;
  for (size_t i = 0; i < run.attended.size(); ++i) {
    // Relative where values are large: sums of many are rounded differently.
    const auto difference = static_cast<double>(std::abs(run.attended[i] - expected.attended[i]));
    const auto size = static_cast<double>(std::max(1.0F, std::abs(expected.attended[i])));
    worst = std::max(worst, difference / size);
  }
  CHECK(worst < 1e-5);
}

}  // namespace multistate::test
