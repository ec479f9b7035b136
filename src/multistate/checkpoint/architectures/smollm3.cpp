#include "multistate/checkpoint/architecture.h"
#include "multistate/checkpoint/config_keys.h"
#include "multistate/checkpoint/gguf_keys.h"

namespace multistate {
namespace {

/// SmolLM3: every fourth layer without RoPE.
constexpr int64_t kInterval = 4;

void stop_rotation(DecoderSpec& spec, int64_t layer) {
  spec.layers[static_cast<size_t>(layer)].attention.rotation.size = 0;
  spec.layers[static_cast<size_t>(layer)].attention.rotation.divisors.clear();
}

void stop_each(DecoderSpec& spec, int64_t interval) {
  for (int64_t layer = interval - 1; layer < spec.layer_count(); layer += interval) {
    stop_rotation(spec, layer);
  }
}

Blueprint from_config(ConfigKeys& keys) {
  DecoderSpec spec =
      read_usual_config(keys, "smollm3", {.tied = true, .rope_theta = 2e6, .kv_heads = 4});
  const int64_t interval = keys.integer("no_rope_layer_interval").value_or(kInterval);
  if (interval < 1) {
    keys.fail("no_rope_layer_interval", "1 or more");
  }
  if (const auto rotated = keys.numbers("no_rope_layers")) {
    if (static_cast<int64_t>(rotated->size()) != spec.layer_count()) {
      keys.fail("no_rope_layers", "an entry for every layer");
    }
    for (size_t layer = 0; layer < rotated->size(); ++layer) {
      if ((*rotated)[layer] == 0.0) {
        stop_rotation(spec, static_cast<int64_t>(layer));
      }
    }
  } else {
    stop_each(spec, interval);
  }
  for (const char* key : {"attention_bias", "mlp_bias", "use_sliding_window"}) {
    keys.accept(key, {false});
  }
  keys.skip({"sliding_window", "max_window_layers"});
  expect_full_layers(keys);
  return {std::move(spec), WeightLayout::hugging_face()};
}

Blueprint from_gguf(GgufKeys& keys) {
  WeightLayout layout = WeightLayout::gguf().interleave();
  DecoderSpec spec = read_usual_gguf(keys, "smollm3", layout);
  stop_each(spec, kInterval);  // The format does not say.
  return {std::move(spec), std::move(layout)};
}

const ArchitectureRegistration kRegistration{{
    .title = "smollm3",
    .hugging_face = {"SmolLM3ForCausalLM"},
    .gguf = {"smollm3"},
    .from_config = from_config,
    .from_gguf = from_gguf,
}};

}  // namespace
}  // namespace multistate
