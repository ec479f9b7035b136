#include "multistate/results/identity_tolerance.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include <fmt/format.h>

#include "multistate/base/error.h"

namespace multistate {

double identity_tolerance(const std::string& dtype) {
  static const std::map<std::string, double> tolerances = {
      {"float64", 1e-12}, {"float32", 1e-5}, {"float16", 5e-3}, {"bfloat16", 2e-2}};
  const auto found = tolerances.find(dtype);
  if (found == tolerances.end()) {
    throw InputError(fmt::format(
        "model.dtype '{}': no tolerance is known for it; float64, float32, float16 or bfloat16",
        dtype));
  }
  return found->second;
}

double identity_distance(double a, double b, double scale) {
  if (a == b || (std::isnan(a) && std::isnan(b))) {
    return 0.0;
  }
  if (!std::isfinite(a) || !std::isfinite(b)) {
    return std::numeric_limits<double>::infinity();
  }
  const double larger = std::max({std::abs(a), std::abs(b), kIdentityFloor * std::abs(scale)});
  return std::abs(a - b) / larger;
}

}  // namespace multistate
