#include "multistate/checkpoint/architecture.h"
#include "multistate/checkpoint/config_keys.h"
#include "multistate/checkpoint/gguf_keys.h"

namespace multistate {
namespace {

/// Granite 3: multipliers of embedding, attention, residual and logits.
struct Multipliers {
  double embedding = 1.0;
  double attention = 1.0;
  double residual = 1.0;
  double logits = 1.0;  ///< These are divided by it.
};

void complete(DecoderSpec& spec, const Multipliers& multipliers) {
  spec.embedding_multiplier = multipliers.embedding;
  spec.logit_multiplier = 1.0 / multipliers.logits;
  for (LayerSpec& layer : spec.layers) {
    layer.attention.scale = multipliers.attention;
    layer.residual_multiplier = multipliers.residual;
  }
}

Blueprint from_config(ConfigKeys& keys) {
  DecoderSpec spec = read_usual_config(keys, "granite");
  complete(spec, {.embedding = keys.number("embedding_multiplier").value_or(1.0),
                  .attention = keys.number("attention_multiplier").value_or(1.0),
                  .residual = keys.number("residual_multiplier").value_or(1.0),
                  .logits = keys.number("logits_scaling").value_or(1.0)});
  keys.accept("attention_bias", {false});
  keys.accept("mlp_bias", {false});
  return {std::move(spec), WeightLayout::hugging_face()};
}

Blueprint from_gguf(GgufKeys& keys) {
  WeightLayout layout = WeightLayout::gguf().interleave();
  DecoderSpec spec = read_usual_gguf(keys, "granite", layout);
  complete(spec, {.embedding = keys.number("embedding_scale").value_or(1.0),
                  .attention =
                      keys.number("attention.scale").value_or(spec.layers.front().attention.scale),
                  .residual = keys.number("residual_scale").value_or(1.0),
                  .logits = keys.number("logit_scale").value_or(1.0)});
  return {std::move(spec), std::move(layout)};
}

const ArchitectureRegistration kRegistration{{
    .title = "granite",
    .hugging_face = {"GraniteForCausalLM"},
    .gguf = {"granite"},
    .from_config = from_config,
    .from_gguf = from_gguf,
}};

}  // namespace
}  // namespace multistate
