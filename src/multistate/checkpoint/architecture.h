#pragma once

#include <string>
#include <utility>
#include <vector>

#include "multistate/checkpoint/decoder_spec.h"
#include "multistate/checkpoint/weight_layout.h"
#include "multistate/config/registry.h"

namespace multistate {

class ConfigKeys;
class GgufKeys;

/// What a file says of a model: the decoder, and where its weights are.
struct Blueprint {
  DecoderSpec spec;
  WeightLayout layout;
};

/// A family of models, as a file of architectures/ registers it. Either function reads every key
/// that matters to it; keys that nobody has read are refused afterwards.
struct Architecture {
  std::string title;                      ///< "llama", in results.
  std::vector<std::string> hugging_face;  ///< Class names in config.json: "LlamaForCausalLM".
  std::vector<std::string> gguf;          ///< Values of 'general.architecture'.
  Blueprint (*from_config)(ConfigKeys& keys) = nullptr;
  Blueprint (*from_gguf)(GgufKeys& keys) = nullptr;

  const std::string& name() const { return title; }
};

Registry<Architecture>& architecture_registry();

/// Throw InputError, starting with `source`, for a name that no architecture answers to.
const Architecture& architecture_by_class(const std::string& name, const std::string& source);
const Architecture& architecture_by_gguf(const std::string& name, const std::string& source);

/// Registers an architecture while the program starts: `const ArchitectureRegistration
/// kRegistration{{.title = "llama", ...}};` at the end of its file.
class ArchitectureRegistration {
 public:
  explicit ArchitectureRegistration(Architecture architecture) {
    architecture_registry().add(std::move(architecture));
  }
};

}  // namespace multistate
