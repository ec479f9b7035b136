#include "multistate/checkpoint/model_file.h"

#include "support/catch.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace multistate::test::chat_template_test {

TEST_CASE("the chat template of a GGUF file is what its metadata say") {
  const TemporaryFolder folder;
  const auto path = folder / "model.gguf";
  const auto chat_template = [&] {
    return Tokenizer::make(ModelFile::open(path)->tokenizer())->chat_template();
  };
  GgufWriter writer = tiny_gguf({});
  write_file(path, writer.bytes());
  CHECK(chat_template() == std::nullopt);
  writer.set("tokenizer.chat_template", gguf_text("{{ messages }}"));
  write_file(path, writer.bytes());
  CHECK(chat_template() == "{{ messages }}");
}

TEST_CASE("the chat template of a Hugging Face folder is that of its tokenizer_config.json") {
  const TemporaryFolder folder;
  write_tiny_safetensors({}, folder.path());
  const auto chat_template = [&] {
    return Tokenizer::make(ModelFile::open(folder.path())->tokenizer())->chat_template();
  };
  CHECK(chat_template() == std::nullopt);
  write_file(folder / "tokenizer_config.json", R"({"chat_template": "{{ messages }}"})");
  CHECK(chat_template() == "{{ messages }}");
}

}  // namespace multistate::test::chat_template_test
