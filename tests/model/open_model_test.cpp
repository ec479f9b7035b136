#include "multistate/model/model_file.h"

#include "support/input_error.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/torch.h"

namespace multistate::test {
namespace {

constexpr const char* kAccepted =
    "; accepted are a GGUF file, a safetensors file with its config.json beside it, and a folder "
    "that "
    "holds one of the two";

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
  CHECK(open_error(folder / "text.gguf") ==
        path + "/text.gguf: is neither a GGUF nor a safetensors file" + kAccepted);
  write_file(folder / "text.gguf", "");
  CHECK(open_error(folder / "text.gguf") ==
        path + "/text.gguf: is neither a GGUF nor a safetensors file" + kAccepted);
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
            ": more than one model in this folder; name one of model.safetensors, "
            "model.safetensors.index.json");
}

}  // namespace multistate::test
