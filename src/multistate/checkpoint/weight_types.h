#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "multistate/checkpoint/model_file.h"

namespace multistate {

/// How the weights of a model are stored.
struct WeightTypes {
  int64_t parameters = 0;
  int64_t bytes = 0;                     ///< Of all tensors, as stored.
  std::map<std::string, double> shares;  ///< Of the parameters, by type: {"Q4_1": 0.998, ...}.

  /// Stored bits a parameter, scales and offsets of quantised blocks included; 0 without any.
  double bits_per_weight() const;

  /// "Q4_1, 5.0 bits/weight"; several types that each hold a hundredth of the parameters or more,
  /// the most common first: "Q4_K 81 %, Q6_K 19 %, 4.9 bits/weight".
  std::string text() const;
};

WeightTypes weight_types(std::span<const TensorInfo> tensors);

}  // namespace multistate
