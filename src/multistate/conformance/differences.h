#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "multistate/conformance/naive_scan.h"
#include "multistate/conformance/scan_run.h"

namespace multistate {

/// By set and position: the step after which the row went, or RowTrace::kAlive.
using Fates = std::vector<std::vector<int64_t>>;

Fates fates_of(const std::vector<LayerState::Set>& sets);
Fates fates_of(const NaiveResult& result);

/// A run as a difference speaks of it: "token by token".
struct NamedFates {
  std::string name;
  Fates fates;
};

/// Where two runs part: "after step 9 of set 1: row 3 goes token by token, row 5 in blocks of 7".
/// Rows are named by their positions. "" when the same rows go.
std::string row_difference(const NamedFates& first, const NamedFates& second);

/// How far apart two lists of what tokens attended to, [T][H][D], are: "what token 13 attends to
/// differs by 0.02". "" when they are equal up to rounding.
std::string value_difference(const std::vector<float>& found, const std::vector<double>& expected,
                             int64_t tokens);

/// Rows first, and then values.
std::string run_difference(const ScanRun& first, const std::string& first_name,
                           const ScanRun& second, const std::string& second_name);

}  // namespace multistate
