#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "multistate/model/transformer.h"

#include "support/tiny_model.h"

namespace multistate::test {

/// The model, read from a GGUF file, with weights and state as `options` say.
std::shared_ptr<const Transformer> tiny_transformer(const TinyModel& model = {},
                                                    const at::TensorOptions& options = at::kFloat);

/// Logits [T, V] of hidden states [T, C].
inline at::Tensor all_logits(const Transformer& model, const at::Tensor& hidden) {
  return model.logits(model.normalize(hidden), 0, model.spec().vocabulary_size);
}

/// A tiny model, and hidden states of some tokens.
struct TinyStates {
  TinyStates() : hidden(model->embed(std::vector<int64_t>{3, 1, 4, 1, 5, 92, 65})) {}

  /// All logits [T, V] at once.
  at::Tensor logits(const at::Tensor& states) const { return all_logits(*model, states); }

  std::shared_ptr<const Transformer> model = tiny_transformer();
  at::Tensor hidden;
};

}  // namespace multistate::test
