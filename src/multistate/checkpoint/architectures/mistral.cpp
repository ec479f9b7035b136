#include "multistate/checkpoint/architecture.h"
#include "multistate/checkpoint/config_keys.h"

namespace multistate {
namespace {

/// Mistral 7B 0.1 to 0.3, Nemo (Jiang et al., arXiv:2310.06825). Where the config has a window, all
/// layers have it. GGUF files of them say another architecture.
Blueprint from_config(ConfigKeys& keys) {
  DecoderSpec spec = read_usual_config(keys, "mistral", {.kv_heads = 8});
  keys.accept("attention_bias", {false});
  // The class has a window of 4096 tokens where the key is absent, and none where it is null.
  const bool windowed = !keys.has("sliding_window") || keys.find("sliding_window") != nullptr;
  read_equal_windows(keys, spec, windowed, 4096);
  return {std::move(spec), WeightLayout::hugging_face()};
}

const ArchitectureRegistration kRegistration{{
    .title = "mistral",
    .hugging_face = {"MistralForCausalLM"},
    .gguf = {},
    .from_config = from_config,
}};

}  // namespace
}  // namespace multistate
