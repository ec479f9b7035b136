#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace multistate {

/// A weight of a Llama-family model under its two names.
struct WeightName {
  std::string hugging_face;      ///< "model.layers.0.self_attn.q_proj.weight"
  std::string gguf;              ///< "blk.0.attn_q.weight"
  std::optional<int64_t> layer;  ///< The 0; none for the embedding, the last norm and the head.
};

/// nullopt for a name that no weight of this family has.
std::optional<WeightName> weight_by_hugging_face_name(std::string_view name);
std::optional<WeightName> weight_by_gguf_name(std::string_view name);

}  // namespace multistate
