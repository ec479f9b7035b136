#include "multistate/checkpoint/weight_types.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "multistate/base/text.h"

namespace multistate {

double WeightTypes::bits_per_weight() const {
  return parameters == 0 ? 0.0 : 8.0 * static_cast<double>(bytes) / static_cast<double>(parameters);
}

std::string WeightTypes::text() const {
  constexpr double kShown = 0.01;
  std::vector<std::pair<std::string, double>> shown;
  for (const auto& [type, share] : shares) {
    if (share >= kShown) {
      shown.emplace_back(type, share);
    }
  }
  std::stable_sort(shown.begin(), shown.end(),
                   [](const auto& a, const auto& b) { return a.second > b.second; });
  std::vector<std::string> parts;
  parts.reserve(shown.size() + 1);
  for (const auto& [type, share] : shown) {
    parts.push_back(shown.size() == 1 ? type : fmt::format("{} {:.0f} %", type, 100.0 * share));
  }
  parts.push_back(fmt::format("{:.1f} bits/weight", bits_per_weight()));
  return join(parts);
}

WeightTypes weight_types(std::span<const TensorInfo> tensors) {
  WeightTypes types;
  std::map<std::string, int64_t> counts;
  for (const TensorInfo& tensor : tensors) {
    int64_t elements = 1;
    for (const int64_t size : tensor.shape) {
      elements *= size;
    }
    counts[tensor.type] += elements;
    types.parameters += elements;
    types.bytes += tensor.bytes;
  }
  for (const auto& [type, elements] : counts) {
    types.shares[type] =
        static_cast<double>(elements) / static_cast<double>(std::max<int64_t>(types.parameters, 1));
  }
  return types;
}

}  // namespace multistate
