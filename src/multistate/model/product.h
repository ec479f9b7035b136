#pragma once

#include <ATen/core/Tensor.h>

namespace multistate {

/// x [T, in] times weight [in, out]: [T, out], of the type of x.
///
/// Where the weight is in half precision and x is not, many rows are rounded to the weight's type
/// before the product and by it, which is what processors are fast at. On the CPU up to kSkinnyRows
/// of floats are multiplied by the widened weight (skinny_product.h); where BLAS has threads of its
/// own, it multiplies those in float32.
at::Tensor product(const at::Tensor& x, const at::Tensor& weight);

/// The same, but the weight is always widened, and nothing is rounded.
at::Tensor exact_product(const at::Tensor& x, const at::Tensor& weight);

/// out [N, rows, out] = x [N, rows, in] times weight [N, in, out], in the type of x and `out`;
/// numbers of the weight in half precision are widened. The last dimension of `out` is contiguous.
void batched_product(const at::Tensor& x, const at::Tensor& weight, at::Tensor& out);

/// Whether BLAS computes a product by several threads, in the whole process; see
/// set_intra_op_threads().
void let_blas_use_threads(bool use);

}  // namespace multistate
