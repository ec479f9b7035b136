#pragma once

#include <cstdint>
#include <optional>

#include "multistate/text/json_node.h"

namespace multistate {

/// The member `post_processor` of a tokenizer.json: null, ByteLevel (moves offsets only), a
/// template of the text alone, one that puts a BOS token before the text, whose id is returned, or
/// a Sequence of these. Anything else is an InputError that names file, JSON path and value.
std::optional<int64_t> read_post_processor(const JsonNode& node);

}  // namespace multistate
