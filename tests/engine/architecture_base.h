#pragma once

#include <string>

#include "engine/architecture_models.h"

namespace multistate::test {

/// Which products of a model have a bias.
struct Biases {
  bool qkv = false;
  bool output = false;
  bool mlp = false;
};

/// A model of this class with rules as Llama has them, to be changed. Its config says nothing of
/// RoPE.
ArchitectureModel base_model(const std::string& name, const std::string& hugging_face,
                             const std::string& gguf);

/// Makes the embedding the head.
void tie(ArchitectureModel& model);

/// Random tensors by the model's rules.
void make_tensors(ArchitectureModel& model, const Biases& biases);

}  // namespace multistate::test
