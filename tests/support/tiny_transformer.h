#pragma once

#include <memory>

#include "multistate/model/transformer.h"

#include "support/tiny_model.h"

namespace multistate::test {

/// The model, read from a GGUF file, with weights and state of type `dtype`.
std::shared_ptr<const Transformer> tiny_transformer(const TinyModel& model = {},
                                                    at::ScalarType dtype = at::kFloat);

}  // namespace multistate::test
