#include <algorithm>

#include "support/catch.h"
#include "support/program.h"
#include "support/tiny_model.h"
#include "support/tiny_sweep.h"

namespace multistate::test::inspect_test {
namespace {

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

TEST_CASE("inspect shows what a policy meets in a model") {
  const TinySweep sweep;
  const auto run = run_program({"inspect", (sweep.folder() / "model.gguf").string()});
  INFO(run.err);
  CHECK(run.exit_code == 0);
  for (const auto* line :
       {"layers             2\n", "                   2 with full attention, RoPE theta 10000\n",
        "attention          4 query heads, 2 key/value heads of 8, scale ",
        "weights            F32, 32.0 bits/weight\n",
        "BOS                263 '<|endoftext|>', not put before texts (llama.cpp's rule for this ",
        "texts end at       263 '<|endoftext|>'\n",
        "vocabulary         264 tokens, output head tied to the embedding\n"}) {
    CHECK_THAT(run.out, ContainsSubstring(line));
  }
}

TEST_CASE("a device that cannot be used is refused before anything runs") {
  const TinySweep sweep;
  const std::string model = (sweep.folder() / "model.gguf").string();
  for (const auto& command :
       {std::vector<std::string>{"inspect", model}, std::vector<std::string>{"bench", model},
        std::vector<std::string>{"generate", model, "--raw", "--prompt", "a"}}) {
    for (const char* device : {"tpu9", "cuda:99"}) {
      auto words = command;
      words.insert(words.end(), {"--device", device});
      const auto run = run_program(words);
      CHECK(run.exit_code == 2);
      CHECK(run.out.empty());
      CHECK_THAT(run.err, ContainsSubstring(std::string("--device: '") + device +
                                            "' is no device that this LibTorch"));
    }
  }
  const auto usable = run_program({"inspect", model, "--device", "cpu"});
  CHECK(usable.exit_code == 0);
  CHECK_THAT(usable.out, ContainsSubstring("device             cpu multiplies float32\n"));
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

}  // namespace multistate::test::inspect_test
