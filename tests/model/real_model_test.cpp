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
  const char* name;
  std::vector<int64_t> shape;
  const char* sha256;
};

}  // namespace

// Digests of the float32 values (little-endian, row-major) that gguf.dequantize of the Python
// package gguf 0.19.0 makes of the same file, rows of queries and keys put into Hugging Face's
// order with numpy: w.reshape(heads, rows // heads // 2, 2, columns).swapaxes(1, 2).
TEST_CASE("the weights of SmolLM2-135M-Instruct are those of the reference reader", "[slow]") {
  const auto file = ModelFile::open(real_file("models/smollm2-135m-instruct.gguf"));
  const std::vector<Expected> all = {
      {"model.embed_tokens.weight",
       {49152, 576},
       "3fd491c8066dd9dc1a2bf6796701526c82817d95c0ecabacdef3013c2b8bbbaa"},
      {"model.layers.0.self_attn.q_proj.weight",
       {576, 576},
       "54b377bbfa2deab945dfdba7fb59e0ca3eb74329358bd1b53b635b3ff37c1a56"},
      {"model.layers.29.self_attn.k_proj.weight",
       {192, 576},
       "8e99b2450d5f3d53731f52790cc82f80b04341e533306bcfee6669ffa3c79921"},
      {"model.layers.13.mlp.down_proj.weight",
       {576, 1536},
       "55486afcdefc3a2daa08a6e7c215753fca3e322df3c867600e704abe3bccbe7e"},
      {"model.norm.weight",
       {576},
       "3b87f8e27335e67fc08f159cabfd2d18f205d6c5b225a6f978153552bf01d559"},
  };
  for (const Expected& expected : all) {
    INFO(expected.name);
    CHECK(digest(require_tensor(*file, expected.name, expected.shape)) == expected.sha256);
  }
}

TEST_CASE("the sizes of SmolLM2-135M-Instruct are read from its file", "[slow]") {
  const auto file = ModelFile::open(real_file("models/smollm2-135m-instruct.gguf"));
  const TransformerConfig& config = file->config();
  CHECK(file->format() == "GGUF v3");
  CHECK(file->tensors().size() == 272);
  CHECK(config.layers == 30);
  CHECK(config.heads == 9);
  CHECK(config.kv_heads == 3);
  CHECK(config.head_size == 64);
  CHECK(config.hidden_size == 576);
  CHECK(config.intermediate_size == 1536);
  CHECK(config.vocabulary_size == 49152);
  CHECK(config.context_length == 8192);
  CHECK(config.norm_epsilon == 1e-5);
  CHECK(config.rope_theta == 100000.0);
}

}  // namespace multistate::test
