#pragma once

#include <filesystem>
#include <memory>
#include <vector>

#include "multistate/checkpoint/model_file.h"

namespace multistate {

/// Opens safetensors files ("shards") that together make up a model; `config.json`,
/// and `tokenizer.json` once it is asked for, are in `folder`. `source` starts messages about the
/// whole. Throws InputError.
std::unique_ptr<ModelFile> open_safetensors(const std::filesystem::path& source,
                                            const std::filesystem::path& folder,
                                            const std::vector<std::filesystem::path>& shards);

/// The shards that `model.safetensors.index.json` lists, each once, in alphabetical order. Throws
/// InputError when the list is not well-formed, or is not the list of what is in the shards.
std::vector<std::filesystem::path> read_shard_index(const std::filesystem::path& index);

}  // namespace multistate
