#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace multistate {

/// What the files beside a tokenizer say of it.
struct TokenizerConfig {
  std::string source;  ///< Path of tokenizer_config.json.
  std::optional<bool> add_bos_token;
  std::optional<bool> legacy;
  std::optional<std::string> bos_token;
  std::optional<std::string> eos_token;
};

/// Reads `tokenizer_config.json` of a folder, which may be absent. Only what is listed above is
/// looked at. Throws InputError with file, key and value.
TokenizerConfig read_tokenizer_config(const std::filesystem::path& folder);

/// A token that a SentencePiece model has besides its own, or that is to be cut out of the text.
struct FurtherToken {
  std::string source;  ///< The file that says so.
  std::string content;
  bool special = false;
};

/// Those of `added_tokens_decoder` in `tokenizer_config.json` and of `added_tokens.json`, by id.
/// Throws InputError with file, key and value.
std::map<int64_t, FurtherToken> read_further_tokens(const std::filesystem::path& folder);

/// `eos_token_id` of `generation_config.json`, one or a list; nothing without one. `model_ids`:
/// ids that the model has.
std::vector<int64_t> read_generation_ends(const std::filesystem::path& folder, int64_t model_ids);

}  // namespace multistate
