#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "multistate/model/transformer_config.h"

namespace multistate {

/// What a Hugging Face `config.json` says of a model.
struct HfConfig {
  TransformerConfig transformer;
  bool tied = false;  ///< The embedding is the output head.
  std::optional<int64_t> bos_id;
  std::optional<int64_t> eos_id;  ///< The first, where the file lists several.
};

/// Reads and validates a `config.json` of LlamaForCausalLM. Every key must be one that is
/// understood or known to have no influence on the computation, and whatever is not built (RoPE
/// scaling, biases, other activations, quantisation, ...) must be switched off; otherwise throws
/// InputError with key and value.
HfConfig read_hf_config(const std::filesystem::path& path);

}  // namespace multistate
