#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/checkpoint/model_file.h"
#include "multistate/model/layers.h"
#include "multistate/model/transformer_weights.h"

namespace multistate {

/// Queries, keys and values of T tokens in one layer, after RoPE. Views; the last dimension is
/// contiguous.
struct Qkv {
  at::Tensor queries;                 ///< [H, T, D]
  at::Tensor keys;                    ///< [G, T, D]
  at::Tensor values;                  ///< [G, T, D]
  std::span<const int64_t> ids = {};  ///< [T], of the tokens; for policies that read them.

  /// [H * D, C], the layer's output projection; for policies that read what it makes of values.
  at::Tensor output = {};

  int64_t tokens() const { return keys.size(1); }
};

/// Rotations of T tokens, one table for each way in which layers rotate.
using RotaryTables = std::vector<RotaryTable>;

/// Executes a DecoderSpec, all but its attention: how queries meet the rows of the state is the
/// engine's business, everything before and after is here. Immutable; threads share it. Letters: T
/// tokens, H query heads, G key/value heads, D head size, C hidden size, F inner elements of the
/// MLP, V vocabulary.
///
/// Hidden states, queries, keys and values, tables and norms are of the type of activations; see
/// activation_type().
///
/// Ainslie et al., GQA, arXiv:2305.13245, for what H and G are.
class Transformer {
 public:
  /// Reads all weights.
  static std::shared_ptr<const Transformer> load(const ModelFile& file,
                                                 const at::TensorOptions& options);

  const DecoderSpec& spec() const { return spec_; }

  /// Of weights, and of the rows that belong to them.
  const at::TensorOptions& options() const { return options_; }

  /// Embeddings [T, C] of token ids. Throws std::out_of_range for an id outside the vocabulary.
  at::Tensor embed(std::span<const int64_t> ids) const;

  /// Rotations for T tokens at these positions of a text of `tokens`, for all layers.
  RotaryTables rotary_tables(std::span<const int64_t> positions, int64_t tokens) const;

  /// The first half of layer `layer` for hidden states [T, C] of the tokens that `tables` are for.
  Qkv project(int64_t layer, const at::Tensor& hidden, const RotaryTables& tables) const;

  /// The second half: takes hidden states [T, C] from before the layer to after it, in place, with
  /// what attention returned, [T, H * D].
  void finish(int64_t layer, const at::Tensor& hidden, const at::Tensor& attended) const;

  /// What finish() adds to hidden states for attention, [T, C].
  at::Tensor attention_update(int64_t layer, const at::Tensor& attended) const;

  /// The output projection [H * D, C] of layer `layer`.
  const at::Tensor& output(int64_t layer) const {
    return layers_[static_cast<size_t>(layer)].output.weight;
  }

  /// The last layer's hidden states [T, C], normalised for the output head.
  at::Tensor normalize(const at::Tensor& hidden) const;

  /// Logits [T, count] of the tokens `first`, first + 1, ... of the vocabulary, of normalised
  /// hidden states; on the CPU, contiguous, float32. See exact_product().
  at::Tensor logits(const at::Tensor& normalized, int64_t first, int64_t count) const;

  /// The weights [in, out] of all matrix products, in the order of their use, the head last.
  std::vector<at::Tensor> linears() const;

 private:
  Transformer(const ModelFile& file, const at::TensorOptions& options);

  DecoderSpec spec_;
  at::TensorOptions options_;
  at::TensorOptions activations_;  ///< Of all but weights.
  at::Tensor embedding_;           ///< [V, C]
  std::vector<LayerWeights> layers_;
  std::vector<RotationSpec> rotations_;  ///< All different ones.
  std::vector<size_t> rotation_of_;      ///< By layer: index in rotations_.
  Norm norm_;                            ///< [C]
  at::Tensor head_;                      ///< [C, V]; a view of the embedding when the two are tied.
};

}  // namespace multistate
