#pragma once

#include <cstdint>
#include <vector>

#include "multistate/conformance/naive_scan.h"

namespace multistate {

/// Which rows the queries of token t read: [H][t + 1], 1 for those that are, all of them where no
/// policy selects.
std::vector<std::vector<uint8_t>> naive_rows_read(const NaiveInputs& inputs,
                                                  const PolicySetup& setup, int64_t t,
                                                  int64_t layer);

}  // namespace multistate
