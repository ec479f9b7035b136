#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/model/layers.h"
#include "multistate/model/model_file.h"
#include "multistate/model/transformer_config.h"

namespace multistate {

/// Queries, keys and values of T tokens in one layer, after RoPE. Views; the last dimension is
/// contiguous.
struct Qkv {
  at::Tensor queries;  ///< [H, T, D]
  at::Tensor keys;     ///< [G, T, D]
  at::Tensor values;   ///< [G, T, D]

  int64_t tokens() const { return keys.size(1); }
};

/// A Llama-family decoder (RMSNorm, RoPE, grouped-query attention, SwiGLU) without its attention:
/// how queries meet the rows of the state is the engine's business, everything before and after is
/// here. Immutable; threads share it. Letters: T tokens, H query heads, G key/value heads, D head
/// size, C hidden size, V vocabulary.
///
/// Model: Touvron et al., LLaMA, arXiv:2302.13971; Ainslie et al., GQA, arXiv:2305.13245.
class Transformer {
 public:
  /// Reads all weights. Throws InputError when a tensor is missing or misshapen.
  static std::shared_ptr<const Transformer> load(const ModelFile& file,
                                                 const at::TensorOptions& options);

  const TransformerConfig& config() const { return config_; }
  const at::TensorOptions& options() const { return options_; }

  /// Embeddings [T, C] of token ids. Throws std::out_of_range for an id outside the vocabulary.
  at::Tensor embed(std::span<const int64_t> ids) const;

  /// Rotations for T tokens at these positions; the same for all layers.
  RotaryTable rotary_table(std::span<const int64_t> positions) const;

  /// The first half of layer `layer` for hidden states [T, C] of the tokens that `table` is for.
  Qkv project(int64_t layer, const at::Tensor& hidden, const RotaryTable& table) const;

  /// The second half: takes hidden states [T, C] from before the layer to after it, in place, with
  /// what attention returned, [T, H * D].
  void finish(int64_t layer, const at::Tensor& hidden, const at::Tensor& attended) const;

  /// The last layer's hidden states [T, C], normalised for the output head.
  at::Tensor normalize(const at::Tensor& hidden) const;

  /// The output head [C, V]: logits are normalize(hidden) times this.
  const at::Tensor& head() const { return head_; }

  /// The weights [in, out] of all matrix products, in the order of their use, the head last.
  std::vector<at::Tensor> linears() const;

 private:
  struct Layer {
    at::Tensor attention_norm;  ///< [C]
    at::Tensor qkv;             ///< [C, (H + 2 G) * D]: one product instead of three.
    at::Tensor output;          ///< [H * D, C]
    at::Tensor mlp_norm;        ///< [C]
    at::Tensor gate_up;         ///< [C, 2 * intermediate]
    at::Tensor down;            ///< [intermediate, C]
  };

  Transformer(const ModelFile& file, const at::TensorOptions& options);
  Layer load_layer(const ModelFile& file, int64_t index) const;

  TransformerConfig config_;
  at::TensorOptions options_;
  at::Tensor embedding_;  ///< [V, C]
  std::vector<Layer> layers_;
  at::Tensor norm_;  ///< [C]
  at::Tensor head_;  ///< [C, V]; a view of the embedding when the two are tied.
};

}  // namespace multistate
