#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/checkpoint/model_file.h"

namespace multistate {

/// A matrix product: x times `weight` [in, out], plus `bias` [out] where it is defined. See
/// product().
struct Linear {
  at::Tensor weight;
  at::Tensor bias;

  at::Tensor operator()(const at::Tensor& x) const;
};

/// A norm over the last dimension; RMS where `bias` is undefined; none where `weight` is.
struct Norm {
  at::Tensor weight;
  at::Tensor bias;
  double epsilon = 0.0;

  bool defined() const { return weight.defined(); }

  /// x itself where there is no norm.
  at::Tensor operator()(const at::Tensor& x) const;
};

/// The tensors of a layer, ready for use: weights of products as the model's options say, biases
/// and norms in the type of activations. Letters as in Transformer.
struct LayerWeights {
  Norm attention_norm;  ///< [C]
  Linear qkv;           ///< [C, (H + 2 G) * D]: one product instead of three.
  Norm query_norm;      ///< [D], or [H * D]
  Norm key_norm;        ///< [D], or [G * D]
  Linear output;        ///< [H * D, C]
  Norm attention_post_norm;
  Norm mlp_norm;
  Linear up;    ///< [C, 2 * F], gates first, or [C, F] for an MLP without gates.
  Linear down;  ///< [F, C]
  Norm mlp_post_norm;
};

/// In float32, in its shape_of().
at::Tensor load_weight(const ModelFile& file, const WeightId& id);

LayerWeights load_layer(const ModelFile& file, int64_t layer, const at::TensorOptions& options);

/// The norm `weight` of a layer (-1: of none) where `spec` has it.
Norm load_norm(const ModelFile& file, Weight weight, int64_t layer,
               const at::TensorOptions& options);

}  // namespace multistate
