#pragma once

#include <filesystem>
#include <memory>

#include "multistate/model/model_file.h"

namespace multistate {

/// Opens a GGUF file of architecture "llama". Every tensor in it must be a weight of that family:
/// biases, experts, RoPE factors and the like are refused, since the Transformer has no use for
/// them. Throws InputError.
std::unique_ptr<ModelFile> open_gguf(const std::filesystem::path& path);

}  // namespace multistate
