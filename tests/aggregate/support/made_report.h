#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace multistate::test {

/// A report as the analysis writes it, made up: losses fall with the state size and differ between
/// policies, so that lines, fronts and intervals look as real ones do.
struct MadeReport {
  std::vector<std::string> policies = {"h2o", "random", "streaming", "tova", "window"};
  std::vector<int> sizes = {32, 64, 128, 256, 512};
  std::vector<int> lengths = {};  ///< With depths: a retrieval grid, a group each.
  std::vector<double> depths = {};
  int seeds = 1;
  int samples = 12;      ///< Of each cell.
  int layers = 0;        ///< Of the map "kept"; with any, the series "lifetime" by label.
  bool failures = true;  ///< One cell failed, one is partial, one missing.

  nlohmann::json make() const;
};

}  // namespace multistate::test
