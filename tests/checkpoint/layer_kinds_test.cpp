#include "multistate/checkpoint/layer_kinds.h"

#include <algorithm>

#include "multistate/checkpoint/model_file.h"

#include "support/catch.h"
#include "support/real_data.h"

namespace multistate::test::layer_kinds_test {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;

/// Layers 1 and 4 of six have full attention and turn a quarter of a head.
DecoderSpec mixed_spec() {
  LayerSpec windowed;
  windowed.attention.heads = 8;
  windowed.attention.kv_heads = 2;
  windowed.attention.head_size = 64;
  windowed.attention.scale = 0.125;
  windowed.attention.qkv_bias = true;
  windowed.attention.window = 4096;
  windowed.attention.rotation.size = 64;
  windowed.mlp.size = 1536;
  windowed.norm_after = true;
  LayerSpec full = windowed;
  full.attention.window.reset();
  full.attention.rotation.theta = 500000.0;
  full.attention.rotation.size = 16;
  full.attention.rotation.scaling = "yarn";
  full.attention.rotation.limit = 32768;
  DecoderSpec spec;
  spec.layers = {windowed, full, windowed, windowed, full, windowed};
  return spec;
}

}  // namespace

TEST_CASE("layers are described by kind, with their numbers") {
  CHECK(describe_layers(mixed_spec()) ==
        Lines{{"layers", "6"},
              {"", "4 with window of 4,096 tokens, RoPE theta 10000: 0, 2-3, 5"},
              {"",
               "2 with full attention, RoPE theta 500000, scaling yarn, another beyond 32,768 "
               "tokens, 16 of 64 elements: 1, 4"},
              {"attention",
               "8 query heads, 2 key/value heads of 64, scale 0.125, biases: query, key, value"},
              {"norms", "before and after attention and MLP"},
              {"MLP", "1,536 inner elements, gated SiLU, no biases"}});
  DecoderSpec spec = mixed_spec();
  spec.layers[4].attention.qkv_bias = false;
  spec.layers[4].attention.output_bias = true;
  spec.layers[4].attention.qk_norm = QkNorm::kHead;
  spec.layers[4].attention.logit_cap = 50.0;
  spec.layers[4].mlp.gated = false;
  spec.layers[4].mlp.activation = Activation::kGelu;
  spec.layers[4].mlp.bias = true;
  const Lines lines = describe_layers(spec);
  const auto has = [&](const std::string& name, const std::string& value) {
    return std::find(lines.begin(), lines.end(), std::pair(name, value)) != lines.end();
  };
  CHECK(has("",
            "8 query heads, 2 key/value heads of 64, scale 0.125, biases: output, norm of queries "
            "and keys by head, logits capped at 50"));
  CHECK(has("", "1,536 inner elements, GELU, biases"));
  CHECK(layer_kinds_json(spec).size() == 3);
  CHECK(layer_kinds_json(spec)[0]["numbers"] == std::vector<int64_t>{0, 2, 3, 5});
}

TEST_CASE("the layers of Gemma 3 270M are of two kinds", "[slow]") {
  const auto file = ModelFile::open(real_file("models/gemma-3-270m.gguf"));
  CHECK(describe_layers(file->spec()) ==
        Lines{{"layers", "18"},
              {"", "15 with window of 512 tokens, RoPE theta 10000: 0-4, 6-10, 12-16"},
              {"", "3 with full attention, RoPE theta 1000000: 5, 11, 17"},
              {"attention",
               "4 query heads, 1 key/value head of 256, scale 0.0625, no biases, norm of queries "
               "and keys by head"},
              {"norms", "before and after attention and MLP"},
              {"MLP", "2,048 inner elements, gated GELU (tanh), no biases"}});
}

}  // namespace multistate::test::layer_kinds_test
