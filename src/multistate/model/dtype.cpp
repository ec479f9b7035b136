#include "multistate/model/dtype.h"

#include <map>
#include <vector>

#include <ATen/Context.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <fmt/format.h>
#include <torch/version.h>

#include "multistate/base/error.h"

namespace multistate {
namespace {

const std::map<std::string, at::ScalarType>& dtypes() {
  static const std::map<std::string, at::ScalarType> types = {{"bfloat16", at::kBFloat16},
                                                              {"float16", at::kHalf},
                                                              {"float32", at::kFloat},
                                                              {"float64", at::kDouble}};
  return types;
}

}  // namespace

std::span<const std::string> dtype_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const auto& [name, type] : dtypes()) {
      all.push_back(name);
    }
    return all;
  }();
  return names;
}

at::ScalarType dtype_of(const std::string& name) {
  return dtypes().at(name);
}

at::ScalarType activation_type(at::ScalarType weights) {
  return c10::promoteTypes(weights, at::kFloat);
}

at::TensorOptions activation_options(const at::TensorOptions& weights) {
  return weights.dtype(activation_type(weights.dtype().toScalarType()));
}

at::TensorOptions tensor_options(const std::string& dtype, const std::string& device,
                                 std::string_view prefix) {
  at::TensorOptions options(dtype_of(dtype));
  // Scores are products in float32: not in TF32, whatever the environment allows.
  at::globalContext().setAllowTF32CuBLAS(false);
  try {
    options = options.device(at::Device(device));
    at::ones({1}, options.dtype(at::kFloat));
  } catch (const c10::Error&) {
    throw InputError(
        fmt::format("{}device: '{}' is no device that this LibTorch ({}) can use here; cpu, cuda, "
                    "cuda:0, ...",
                    prefix, device, TORCH_VERSION));
  }
  try {
    const auto ones = at::ones({2, 2}, options);
    at::matmul(ones, ones);
  } catch (const c10::Error&) {
    throw InputError(fmt::format("{}dtype: this LibTorch ({}) has no matrix products of {} on {}",
                                 prefix, TORCH_VERSION, dtype, device));
  }
  return options;
}

}  // namespace multistate
