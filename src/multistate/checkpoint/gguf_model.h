#pragma once

#include <filesystem>
#include <memory>

#include "multistate/checkpoint/model_file.h"

namespace multistate {

/// Opens a GGUF file of a registered architecture. It must hold every tensor of that decoder, in
/// its shape, and none beside. Throws InputError.
std::unique_ptr<ModelFile> open_gguf(const std::filesystem::path& path);

}  // namespace multistate
