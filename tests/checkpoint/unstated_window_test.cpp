// GGUF files of Mistral 7B 0.1 have no key for the window that the model was trained with.

#include <cstddef>
#include <span>
#include <stdexcept>

#include "multistate/checkpoint/gguf_blueprint.h"
#include "multistate/checkpoint/model_file.h"

#include "support/catch.h"
#include "support/tiny_model.h"

namespace multistate::test::unstated_window_test {
namespace {

/// The keys of Mistral 7B 0.1 in a file with the tensors of a tiny model, whose shapes do not
/// matter to the keys.
GgufWriter first_mistral() {
  GgufWriter writer = tiny_gguf({});
  writer.set("llama.block_count", gguf_u32(32));
  writer.set("llama.embedding_length", gguf_u32(4096));
  writer.set("llama.feed_forward_length", gguf_u32(14336));
  writer.set("llama.attention.head_count", gguf_u32(32));
  writer.set("llama.attention.head_count_kv", gguf_u32(8));
  writer.set("llama.attention.key_length", gguf_u32(128));
  writer.set("llama.attention.value_length", gguf_u32(128));
  writer.set("llama.rope.dimension_count", gguf_u32(128));
  writer.set("llama.rope.freq_base", gguf_f32(10000.0F));
  writer.set("llama.context_length", gguf_u32(32768));
  return writer;
}

/// A model of which only the sizes are known.
class Sizes final : public ModelFile {
 public:
  explicit Sizes(const GgufWriter& writer) {
    const std::string bytes = writer.bytes();
    spec_ = read_gguf_blueprint(parse_gguf(std::as_bytes(std::span(bytes)), "m.gguf")).spec;
  }
  std::string source() const override { return "m.gguf"; }
  const DecoderSpec& spec() const override { return spec_; }
  void set_sliding_window(int64_t tokens) override { spec_.set_window(tokens, source()); }
  std::string format() const override { return ""; }
  const std::vector<TensorInfo>& tensors() const override { return tensors_; }
  std::vector<std::filesystem::path> files() const override { return {}; }
  void read_weight(const WeightId& /*id*/, std::span<float> /*numbers*/) const override {
    throw std::logic_error("no weights");
  }
  TokenizerSpec tokenizer() const override { return {}; }

 private:
  DecoderSpec spec_;
  std::vector<TensorInfo> tensors_;
};

}  // namespace

TEST_CASE("a file with the sizes of Mistral 7B 0.1 and no window is run with a warning") {
  Sizes sizes(first_mistral());
  CHECK(sizes.warning() ==
        "m.gguf: files of this format do not say so, but by its sizes the model was trained with a "
        "sliding window of 4096 tokens in every layer; without model.sliding_window: 4096 every "
        "token sees all before it");
  sizes.set_sliding_window(4096);
  CHECK(sizes.warning() == "");
  CHECK(sizes.spec().layers.back().attention.window == 4096);

  GgufWriter stated = first_mistral();
  stated.set("llama.attention.sliding_window", gguf_u32(4096));
  CHECK(Sizes(stated).warning() == "");
  GgufWriter later = first_mistral();  // 0.2 and 0.3: another theta.
  later.set("llama.rope.freq_base", gguf_f32(1e6F));
  CHECK(Sizes(later).warning() == "");
}

}  // namespace multistate::test::unstated_window_test
