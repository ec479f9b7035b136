#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "multistate/base/sha256.h"
#include "multistate/checkpoint/model_file.h"

#include "checkpoint/weight_values.h"
#include "support/catch.h"
#include "support/real_data.h"

namespace multistate::test::real_model_test {
namespace {

std::string digest(const std::vector<float>& numbers) {
  return sha256_hex(
      {reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(float)});
}

struct Expected {
  WeightId id;
  const char* sha256;
};

}  // namespace

// Digests of the float32 values (little-endian, row-major) that gguf.dequantize of the Python
// package gguf 0.19.0 makes of the same file, rows of queries and keys put into Hugging Face's
// order with numpy: w.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).
TEST_CASE("the weights of SmolLM2-135M-Instruct are those of the reference reader", "[slow]") {
  const auto file = ModelFile::open(real_file("models/smollm2-135m-instruct.gguf"));
  const std::vector<Expected> all = {
      {{Weight::kEmbedding},

       "3fd491c8066dd9dc1a2bf6796701526c82817d95c0ecabacdef3013c2b8bbbaa"},
      {{Weight::kQuery, 0},

       "54b377bbfa2deab945dfdba7fb59e0ca3eb74329358bd1b53b635b3ff37c1a56"},
      {{Weight::kKey, 29},

       "8e99b2450d5f3d53731f52790cc82f80b04341e533306bcfee6669ffa3c79921"},
      {{Weight::kDown, 13},

       "55486afcdefc3a2daa08a6e7c215753fca3e322df3c867600e704abe3bccbe7e"},
      {{Weight::kFinalNorm},

       "3b87f8e27335e67fc08f159cabfd2d18f205d6c5b225a6f978153552bf01d559"},
  };
  for (const Expected& expected : all) {
    INFO(to_text(expected.id));
    CHECK(digest(weight_values(*file, expected.id)) == expected.sha256);
  }
}

// The same digests; Gemma's queries and keys are in Hugging Face's order in a GGUF file, its norms
// as 1 + weight.
TEST_CASE("the weights of Gemma 3 270M are those of the reference reader", "[slow]") {
  const auto file = ModelFile::open(real_file("models/gemma-3-270m.gguf"));
  const std::vector<Expected> all = {
      // Q8_0, Q5_0, Q5_0, Q4_K and three in F32.
      {{Weight::kEmbedding}, "bd4ba37a5aaccf133dce5c5f9283a7a923f5a330f4259f8d18d499ae2b88ca5c"},
      {{Weight::kQuery, 0}, "dcfe4d9c73346fc4ab47895d7e33339fedbf3d89a3bd1b12c94a81120ba2faab"},
      {{Weight::kGate, 11}, "cef68151d1658a6e0f36d9bc75df37a900c8d45ea2f9bea72532f2c4a5730fe0"},
      {{Weight::kDown, 9}, "dc52df303d52341bbc8bdc662324786e36ddc8b358f1d70ec3546dc51ffa5549"},
      {{Weight::kQueryNorm, 5}, "4af53a69c4d27904404fc1d11bda0aab86aae39390078a6175850638c3d79946"},
      {{Weight::kMlpPostNorm, 5},
       "45427d941cf27576d699138aafee58d1c4e56429f849c76c913ace510a118f52"},
      {{Weight::kFinalNorm}, "7c6f10fe176e85ae705758390d5cbe15b79d090656ebbb4f9789c073041139d8"},
  };
  for (const Expected& expected : all) {
    INFO(to_text(expected.id));
    CHECK(digest(weight_values(*file, expected.id)) == expected.sha256);
  }
}

TEST_CASE("the layers of Gemma 3 270M are read from its file", "[slow]") {
  const auto file = ModelFile::open(real_file("models/gemma-3-270m.gguf"));
  const DecoderSpec& spec = file->spec();
  CHECK(spec.hidden_size == 640);
  CHECK(spec.vocabulary_size == 262144);
  CHECK(spec.context_length == 32768);
  CHECK(spec.embedding_multiplier == approx(std::sqrt(640.0)));
  REQUIRE(spec.layer_count() == 18);
  for (int64_t layer = 0; layer < 18; ++layer) {
    // Every sixth layer sees all tokens and turns slowly.
    const bool full = layer % 6 == 5;
    const AttentionSpec& attention = spec.layer(layer).attention;
    INFO(layer);
    CHECK(attention.window == (full ? std::nullopt : std::optional<int64_t>(512)));
    CHECK(attention.rotation.theta == (full ? 1e6 : 1e4));
    CHECK(attention.kv_heads == 1);
    CHECK(attention.head_size == 256);
    CHECK(attention.scale == approx(1.0 / 16.0));
  }
}

TEST_CASE("the sizes of SmolLM2-135M-Instruct are read from its file", "[slow]") {
  const auto file = ModelFile::open(real_file("models/smollm2-135m-instruct.gguf"));
  const DecoderSpec& spec = file->spec();
  const LayerSpec& layer = spec.layers.front();
  CHECK(file->format() == "GGUF v3");
  CHECK(file->tensors().size() == 272);
  CHECK(spec.layer_count() == 30);
  CHECK(layer.attention.heads == 9);
  CHECK(layer.attention.kv_heads == 3);
  CHECK(layer.attention.head_size == 64);
  CHECK(spec.hidden_size == 576);
  CHECK(layer.mlp.size == 1536);
  CHECK(spec.vocabulary_size == 49152);
  CHECK(spec.context_length == 8192);
  CHECK(spec.norm_epsilon == 1e-5);
  CHECK(layer.attention.rotation.theta == 100000.0);
}

}  // namespace multistate::test::real_model_test
