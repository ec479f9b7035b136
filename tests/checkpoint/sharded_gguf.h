#pragma once

#include <filesystem>
#include <vector>

#include "support/gguf_writer.h"

namespace multistate::test {

/// The tiny model as llama-gguf-split writes it: metadata in the first shard, and its share of the
/// tensors in each.
std::vector<GgufWriter> tiny_gguf_shards(size_t count);

/// "<folder>/tiny-00002-of-00003.gguf" for number 2 of 3.
std::filesystem::path shard_path(const std::filesystem::path& folder, size_t number, size_t count);

/// Writes them as shard_path() names them and returns the path of the first.
std::filesystem::path write_shards(const std::vector<GgufWriter>& shards,
                                   const std::filesystem::path& folder);

}  // namespace multistate::test
