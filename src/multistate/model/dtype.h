#pragma once

#include <span>
#include <string>
#include <string_view>

#include <ATen/core/Tensor.h>

namespace multistate {

/// Names of the types that a model's weights, and with them the rows of its state, may have.
///
/// bfloat16, float16: matrix products with weights have factors and results of that type, and keys
/// and values are stored in it. All else is computed in float32: embeddings, norms, RoPE,
/// activations, the sum that layers add to, attention, logits.
///
/// float64: attention weights and logits are still rounded to float32, which is what policies and
/// metrics read; what it shows is which differences are rounding.
std::span<const std::string> dtype_names();

/// The type of one of these names; throws std::out_of_range for another.
at::ScalarType dtype_of(const std::string& name);

/// The type of activations where weights have this one: float32 for half precision, else the same.
at::ScalarType activation_type(at::ScalarType weights);

/// The same type, on the device of the weights.
at::TensorOptions activation_options(const at::TensorOptions& weights);

/// Type and device by their names. Throws InputError, naming the options `dtype` and `device` with
/// `prefix` before them, for a device that is none or is not there, and for a type of which this
/// LibTorch has no matrix products on the device.
at::TensorOptions tensor_options(const std::string& dtype, const std::string& device,
                                 std::string_view prefix);

}  // namespace multistate
