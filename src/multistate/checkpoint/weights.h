#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <vector>

#include "multistate/checkpoint/decoder_spec.h"

namespace multistate {

/// What a tensor of a decoder is for.
enum class Weight {
  kEmbedding,
  kAttentionNorm,
  kQuery,
  kKey,
  kValue,
  kQueryNorm,
  kKeyNorm,
  kOutput,
  kAttentionPostNorm,
  kMlpNorm,
  kGate,
  kUp,
  kDown,
  kMlpPostNorm,
  kFinalNorm,
  kHead,
};

/// One tensor of a decoder, whatever a file calls it.
struct WeightId {
  Weight weight = Weight::kEmbedding;
  int64_t layer = -1;  ///< -1 for those that belong to no layer.
  bool bias = false;   ///< The bias that belongs to the weight.

  auto operator<=>(const WeightId&) const = default;
};

/// "layer 3 query weight", for messages.
std::string to_text(const WeightId& id);

bool is_norm(Weight weight);

/// Row-major: [out, in] of a matrix product, [size] of a norm or bias.
std::vector<int64_t> shape_of(const DecoderSpec& spec, const WeightId& id);

/// Every tensor that a decoder like `spec` has, in the order of their use.
std::vector<WeightId> weights_of(const DecoderSpec& spec);

}  // namespace multistate
