#include <algorithm>

#include "multistate/model/layer_kinds.h"

#include "support/catch.h"
#include "support/program.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test {
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

void write_without(const std::string& tensor, const std::filesystem::path& path) {
  GgufWriter writer = tiny_gguf({});
  std::erase_if(writer.tensors, [&](const auto& one) { return one.name == tensor; });
  write_file(path, writer.bytes());
}

void write_misshapen(const std::string& tensor, const std::filesystem::path& path) {
  GgufWriter writer = tiny_gguf({});
  for (GgufTensorEntry& one : writer.tensors) {
    if (one.name == tensor) {
      std::reverse(one.dimensions.begin(), one.dimensions.end());
    }
  }
  write_file(path, writer.bytes());
}

}  // namespace

TEST_CASE("layers are described by kind, with their numbers") {
  CHECK(describe_layers(mixed_spec()) ==
        Lines{{"layers", "6"},
              {"", "4 with window of 4,096 tokens, RoPE theta 10000: 0, 2-3, 5"},
              {"",
               "2 with full attention, RoPE theta 500000, scaling yarn, up to 32,768 tokens, 16 of "
               "64 elements: 1, 4"},
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

TEST_CASE("inspect shows what a policy meets in a model") {
  const TinySweep sweep;
  const auto run = run_program({"inspect", (sweep.folder() / "model.gguf").string()});
  INFO(run.err);
  CHECK(run.exit_code == 0);
  for (const auto* line :
       {"layers             2\n", "                   2 with full attention, RoPE theta 10000\n",
        "attention          4 query heads, 2 key/value heads of 8, scale ",
        "weights            F32, 32.0 bits/weight\n",
        "vocabulary         264 tokens, output head tied to the embedding\n"}) {
    CHECK_THAT(run.out, ContainsSubstring(line));
  }
}

TEST_CASE("a file whose tensors are missing or misshapen is readable to no command") {
  const TinySweep sweep;
  const auto path = sweep.folder() / "model.gguf";
  const std::string yaml = sweep.write(TinySweep::grid()).string();
  const auto refuse = [&](const std::string& message) {
    for (const auto& command : {std::vector<std::string>{"inspect", path.string()},
                                std::vector<std::string>{"run", yaml, "--dry-run"}}) {
      const auto run = run_program(command);
      CHECK(run.exit_code == 2);
      CHECK_THAT(run.err, ContainsSubstring(path.string() + message));
    }
  };
  write_without("blk.1.ffn_up.weight", path);
  refuse(": tensor 'blk.1.ffn_up.weight' is missing");
  write_misshapen("blk.0.ffn_down.weight", path);
  refuse(": tensor 'blk.0.ffn_down.weight' has shape [48, 32]; expected [32, 48]");
}

}  // namespace multistate::test
