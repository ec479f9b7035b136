#pragma once

#include <cstdint>
#include <string>

namespace multistate {

/// Sizes of a Llama-family Transformer. Letters in shapes: L layers, H query heads,
/// G key/value heads, D head size.
struct TransformerConfig {
  std::string architecture;  ///< "llama"
  std::string name;          ///< As the file calls the model; may be empty.
  int64_t layers = 0;
  int64_t heads = 0;
  int64_t kv_heads = 0;
  int64_t head_size = 0;
  int64_t hidden_size = 0;
  int64_t intermediate_size = 0;
  int64_t vocabulary_size = 0;
  int64_t context_length = 0;  ///< Tokens the model was trained for.
  double norm_epsilon = 0.0;
  double rope_theta = 0.0;

  /// Query heads that share one key/value head.
  int64_t group_size() const { return heads / kv_heads; }

  /// Throws InputError, starting with `source`, when sizes are not positive, do not divide each
  /// other as they must, or multiply to more than the machine can address.
  void validate(const std::string& source) const;
};

}  // namespace multistate
