// What a GGUF file says of its decoder: keys of architectures, factors of RoPE.

#include <span>

#include "multistate/checkpoint/gguf_blueprint.h"
#include "multistate/checkpoint/gguf_reader.h"

#include "fuzz/target.h"
#include "fuzz/use_blueprint.h"
#include "support/gguf_writer.h"

namespace multistate::fuzz {
namespace {

using Keys = std::vector<std::pair<std::string, std::string>>;

/// `keys` without the architecture in front.
test::GgufWriter decoder(const std::string& architecture, const Keys& keys) {
  test::GgufWriter writer;
  writer.set("general.architecture", test::gguf_text(architecture));
  const auto set = [&](const std::string& key, const std::string& value) {
    writer.set(architecture + "." + key, value);
  };
  set("block_count", test::gguf_u32(2));
  set("embedding_length", test::gguf_u32(32));
  set("feed_forward_length", test::gguf_u32(40));
  set("context_length", test::gguf_u32(64));
  set("vocab_size", test::gguf_u32(24));
  set("attention.head_count", test::gguf_u32(4));
  set("attention.head_count_kv", test::gguf_u32(2));
  set("attention.layer_norm_rms_epsilon", test::gguf_f32(1e-5F));
  set("rope.freq_base", test::gguf_f32(10000.0F));
  for (const auto& [key, value] : keys) {
    set(key, value);
  }
  return writer;
}

std::string with_factors(const std::string& architecture, const std::vector<std::string>& names) {
  test::GgufWriter writer = decoder(architecture, {});
  for (const std::string& name : names) {
    std::string factors;
    for (const float factor : {1.0F, 2.0F, 4.0F, 8.0F}) {
      factors += test::raw(factor);
    }
    writer.add(name, {4}, 0, factors);
  }
  return writer.bytes();
}

}  // namespace

void read(std::string_view input) {
  const auto content = parse_gguf(std::as_bytes(std::span(input)), "model.gguf");
  use_blueprint(read_gguf_blueprint(content));
}

std::vector<std::string> seeds() {
  const Keys windows = {{"attention.sliding_window", test::gguf_u32(5)},
                        {"attention.key_length", test::gguf_u32(8)},
                        {"attention.value_length", test::gguf_u32(8)}};
  return {decoder("llama", {{"rope.dimension_count", test::gguf_u32(8)},
                            {"rope.scaling.type", test::gguf_text("yarn")},
                            {"rope.scaling.factor", test::gguf_f32(4.0F)},
                            {"rope.scaling.original_context_length", test::gguf_u32(16)}})
              .bytes(),
          decoder("qwen3", {{"rope.scaling.type", test::gguf_text("linear")},
                            {"rope.scaling.factor", test::gguf_f32(2.0F)}})
              .bytes(),
          decoder("gemma2", windows).bytes(),
          decoder("gemma3", windows).bytes(),
          decoder("granite", {{"logit_scale", test::gguf_f32(2.0F)},
                              {"embedding_scale", test::gguf_f32(3.0F)},
                              {"residual_scale", test::gguf_f32(0.5F)},
                              {"attention.scale", test::gguf_f32(0.25F)}})
              .bytes(),
          with_factors("llama", {"rope_freqs.weight"}),
          with_factors("phi3", {"rope_factors_short.weight", "rope_factors_long.weight"})};
}

}  // namespace multistate::fuzz
