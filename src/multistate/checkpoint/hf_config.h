#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "multistate/checkpoint/architecture.h"

namespace multistate {

/// What a Hugging Face `config.json` says of a model.
struct HfConfig {
  Blueprint blueprint;
  std::optional<int64_t> bos_id;
  std::vector<int64_t> eos_ids;  ///< As many as the file lists.
};

/// Reads and validates a `config.json`. Every key must be one that the architecture understands or
/// that is known to have no influence on the computation; otherwise throws InputError with key and
/// value.
HfConfig read_hf_config(const std::filesystem::path& path);

}  // namespace multistate
