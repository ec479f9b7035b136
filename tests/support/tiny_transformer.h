#pragma once

#include <memory>

#include "multistate/model/transformer.h"

#include "support/tiny_model.h"

namespace multistate::test {

/// The model, read from a GGUF file, with weights and state of type `dtype`.
std::shared_ptr<const Transformer> tiny_transformer(const TinyModel& model = {},
                                                    at::ScalarType dtype = at::kFloat);

/// Logits [T, V] of hidden states [T, C].
inline at::Tensor all_logits(const Transformer& model, const at::Tensor& hidden) {
  return model.logits(model.normalize(hidden), 0, model.spec().vocabulary_size);
}

}  // namespace multistate::test
