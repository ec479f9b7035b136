#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "multistate/base/mapped_file.h"
#include "multistate/checkpoint/gguf_reader.h"

namespace multistate {

/// The name of a file of a split GGUF model: "<prefix>-00002-of-00003.gguf".
struct GgufShardName {
  std::string prefix;
  int64_t number = 1;  ///< From 1.
  int64_t count = 1;

  std::filesystem::path in(const std::filesystem::path& folder, int64_t other_number) const;
};

/// nullopt for any other name.
std::optional<GgufShardName> gguf_shard_name(const std::filesystem::path& path);

/// A GGUF model: one file, or all shards of a split one (written by llama-gguf-split or the
/// converter: keys `split.no`, `split.count`, `split.tensors.count`).
class GgufShards {
 public:
  /// Opens `path`, and the other shards beside it if it is the first one of several. Throws
  /// InputError when it is another than the first, a shard is missing, or the shards do not belong
  /// together: their numbers, counts and names must agree, a key in a later shard must have the
  /// value that it has in the first, and a tensor may be in one shard only.
  explicit GgufShards(const std::filesystem::path& path);

  /// Metadata of the first shard, tensors of all of them.
  const GgufContent& content() const { return content_; }

  /// In the order of the shards.
  const std::vector<MappedFile>& files() const { return files_; }

  /// The file that holds the tensor, one of content().tensors.
  const MappedFile& file_of(const GgufTensor& tensor) const;

 private:
  void add_shard(const std::filesystem::path& path, int64_t index, int64_t count);
  void add_tensors(const GgufContent& shard, const std::string& source);

  std::vector<MappedFile> files_;
  GgufContent content_;
};

}  // namespace multistate
