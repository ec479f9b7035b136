#include "multistate/checkpoint/model_file.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"

namespace multistate::test::open_model_test {
namespace {

constexpr const char* kAccepted =
    "; expected a GGUF file, a safetensors file with config.json beside it, or a folder with "
    "either";

std::string open_error(const std::filesystem::path& path) {
  return input_error([&] { ModelFile::open(path); });
}

}  // namespace

TEST_CASE("a model is known by its content, whatever it is called") {
  const TemporaryFolder folder;
  write_tiny_gguf({}, folder / "weights.bin");
  CHECK(ModelFile::open(folder / "weights.bin")->format() == "GGUF v3");
  write_tiny_safetensors({}, folder / "hf");
  std::filesystem::rename(folder / "hf/model.safetensors", folder / "hf/weights.dat");
  CHECK(ModelFile::open(folder / "hf/weights.dat")->format() == "safetensors");
}

TEST_CASE("a folder with one model is opened") {
  const TemporaryFolder folder;
  write_tiny_gguf({}, folder / "m.gguf");
  CHECK(ModelFile::open(folder.path())->source() == (folder / "m.gguf").string());
}

TEST_CASE("a path with no model, or more than one, is refused and says what is accepted") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  CHECK(open_error(folder / "none.gguf") ==
        path + "/none.gguf: there is no such file or folder" + kAccepted);
  CHECK(open_error(folder.path()) == path + ": no model in this folder" + kAccepted);
  write_file(folder / "text.gguf", "Once upon a time");
  CHECK(open_error(folder / "text.gguf") == path + "/text.gguf: is not a model file" + kAccepted);
  write_file(folder / "text.gguf", "");
  CHECK(open_error(folder / "text.gguf") == path + "/text.gguf: is not a model file" + kAccepted);
  write_tiny_gguf({}, folder / "m.gguf");
  CHECK(open_error(folder.path()) ==
        path + ": more than one model in this folder; name one of m.gguf, text.gguf");
}

TEST_CASE("one of several shards is not taken for the model") {
  const TemporaryFolder folder;
  write_tiny_safetensors({}, folder.path());
  const std::string path = folder.path().string();
  write_file(folder / "model.safetensors.index.json", "{}");
  CHECK(open_error(folder / "model.safetensors") ==
        path + "/model.safetensors: may be one of several shards, since there is " + path +
            "/model.safetensors.index.json; give the folder");
  CHECK(open_error(folder.path()) ==
        path +
            ": holds both model.safetensors and model.safetensors.index.json, which lists shards; "
            "remove the one that does not belong to the model");
}

TEST_CASE("files in Mistral's own format beside those of Hugging Face are passed over") {
  const TemporaryFolder folder;
  write_tiny_safetensors({}, folder.path());
  write_file(folder / "consolidated.safetensors", "the same weights in other names");
  write_file(folder / "params.json", "{}");
  const auto file = ModelFile::open(folder.path());
  CHECK(file->files() == std::vector{folder / "config.json", folder / "model.safetensors"});
}

TEST_CASE("a PyTorch checkpoint is refused with the command that converts it") {
  const TemporaryFolder folder;
  const std::string path = folder.path().string();
  const std::string message =
      ": is a PyTorch checkpoint, which can run code when it is loaded; it is not supported. "
      "Convert it to safetensors once, with transformers:\n"
      "  python3 -c \"from transformers import AutoModelForCausalLM as M, AutoTokenizer as T; "
      "M.from_pretrained('" +
      path + "', dtype='auto').save_pretrained('NEW'); T.from_pretrained('" + path +
      "').save_pretrained('NEW')\"\n"
      "and open the folder NEW";
  // A zip archive, as PyTorch writes since 1.6, and the pickle from before.
  for (const std::string& start : {std::string("PK\x03\x04"), std::string("\x80\x02\x8a\x0a")}) {
    write_file(folder / "pytorch_model-00001-of-00002.bin", start + std::string(64, '\0'));
    CHECK(open_error(folder / "pytorch_model-00001-of-00002.bin") ==
          path + "/pytorch_model-00001-of-00002.bin" + message);
    CHECK(open_error(folder.path()) == path + "/pytorch_model-00001-of-00002.bin" + message);
  }
}

}  // namespace multistate::test::open_model_test
