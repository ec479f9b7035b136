#include "multistate/cli/model_options.h"

#include <vector>

#include "multistate/model/dtype.h"

namespace multistate {

at::TensorOptions ModelOptions::tensors() const {
  return tensor_options(dtype, device, "--");
}

void add_dtype_option(CLI::App& command, std::string& dtype) {
  const auto names = dtype_names();
  command.add_option("--dtype", dtype, "Type of weights, keys and values")
      ->check(CLI::IsMember(std::vector<std::string>(names.begin(), names.end())))
      ->capture_default_str();
}

void add_model_options(CLI::App& command, ModelOptions& options) {
  add_dtype_option(command, options.dtype);
  command.add_option("--device", options.device, "Where the model runs: cpu, cuda, cuda:0, ...")
      ->capture_default_str();
}

}  // namespace multistate
