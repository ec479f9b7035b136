#include <fmt/format.h>

#include "multistate/base/sha256.h"
#include "multistate/model/model_file.h"

#include "support/real_data.h"
#include "support/torch.h"

namespace multistate::test {
namespace {

std::string digest(const at::Tensor& tensor) {
  return sha256_hex({static_cast<const char*>(tensor.data_ptr()), tensor.nbytes()});
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
    CHECK(digest(file->weight(expected.id)) == expected.sha256);
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

}  // namespace multistate::test
