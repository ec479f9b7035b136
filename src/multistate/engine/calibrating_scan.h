#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/engine/layer_scan.h"
#include "multistate/policy/calibration.h"

namespace multistate {

/// Attention by the scan that a layer's setup has anyway, which sums up the queries and keys that
/// pass, in float64. Not for several threads at once.
class CalibratingScan final : public LayerScan {
 public:
  explicit CalibratingScan(int64_t layers) : sums_(static_cast<size_t>(layers)) {}

  at::Tensor attend(const Qkv& qkv, LayerState& state) const override;

  /// Of all tokens that have passed, at least one in every layer.
  std::vector<LayerCalibration> layers() const;

 private:
  /// Over tokens: of queries and keys before RoPE and of lengths of pairs, of queries after it, and
  /// of the products of their elements.
  struct Sums {
    int64_t tokens = 0;
    at::Tensor products;  ///< [H, D, D]
    at::Tensor rotated;   ///< [H, D]
    at::Tensor queries;   ///< [H, D]
    at::Tensor lengths;   ///< [H, R/2]
    at::Tensor keys;      ///< [G, D]
  };

  mutable std::vector<Sums> sums_;  ///< By layer.
};

}  // namespace multistate
