#pragma once

#include <ATen/core/Tensor.h>

namespace multistate {

/// x [T, in] times weight [in, out]: [T, out], of the type of x.
///
/// Where the weight is in half precision and x is not, many rows are rounded to the weight's type
/// before the product and by it, which is what processors are fast at. A single row is multiplied
/// by the widened weight.
///
/// A single row goes through a matrix-vector product. A matrix product first copies the weight into
/// blocks that fit the cache, which pays from a few rows on; for one row it is most of the time.
at::Tensor product(const at::Tensor& x, const at::Tensor& weight);

/// The same, but the weight is always widened, and nothing is rounded.
at::Tensor exact_product(const at::Tensor& x, const at::Tensor& weight);

}  // namespace multistate
