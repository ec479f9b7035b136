#pragma once

#include <string>

#include <ATen/core/Tensor.h>
#include <CLI/CLI.hpp>

namespace multistate {

/// The options --dtype and --device of commands that run a model.
struct ModelOptions {
  std::string dtype = "float32";
  std::string device = "cpu";

  /// Throws InputError for what this machine cannot use; see tensor_options().
  at::TensorOptions tensors() const;
};

/// `options` has to live as long as the command.
void add_model_options(CLI::App& command, ModelOptions& options);

/// --dtype alone, for a command that runs nothing.
void add_dtype_option(CLI::App& command, std::string& dtype);

}  // namespace multistate
