#pragma once

#include <ATen/core/Tensor.h>

namespace multistate {

/// x [T, in] times weight [in, out]: [T, out].
///
/// A single row goes through a matrix-vector product. A matrix product first copies the weight into
/// blocks that fit the cache, which pays from a few rows on; for one row it is most of the time.
at::Tensor product(const at::Tensor& x, const at::Tensor& weight);

}  // namespace multistate
