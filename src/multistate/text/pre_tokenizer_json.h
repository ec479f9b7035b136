#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "multistate/text/tokenizer_spec.h"

namespace multistate {

/// Throws InputError when `object` has a member that is not in `known`. `path` is where it stands
/// in the file.
void check_members(const nlohmann::json& object, std::string_view path,
                   const std::vector<std::string>& known, const std::string& source);

/// The member `pre_tokenizer` of a tokenizer.json: ByteLevel, Digits, Split, or a Sequence of them.
std::vector<PreTokenizerStep> read_pre_tokenizer(const nlohmann::json& node,
                                                 const std::string& source);

/// The member `decoder`: ByteLevel, which is what Tokenizer::decode does.
void check_decoder(const nlohmann::json& node, const std::string& source);

/// The member `post_processor`: absent, ByteLevel (moves offsets only), or a template that puts a
/// BOS token before the text, whose id is returned. Tokenizer::encode adds no such token; whoever
/// wants one puts it there.
std::optional<int64_t> read_post_processor(const nlohmann::json& node, const std::string& source);

}  // namespace multistate
