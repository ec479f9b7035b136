#include "support/tiny_sweep.h"

#include <fmt/format.h>

#include "multistate/base/random.h"

#include "support/tiny_model.h"

namespace multistate::test {

std::string tiny_text(size_t bytes) {
  Random random({42});
  std::string text;
  while (text.size() < bytes) {
    const auto length = 2 + random.bits() % 7;
    for (uint64_t i = 0; i < length; ++i) {
      text += static_cast<char>('a' + random.bits() % 26);
    }
    text += ' ';
  }
  return text;
}

TinySweep::TinySweep() {
  write_tiny_gguf({}, folder_ / "model.gguf");
  write_file(folder_ / "text.txt", tiny_text(1200));
}

std::filesystem::path TinySweep::write(const std::string& rest) const {
  const auto path = folder_ / "sweep.yaml";
  write_file(
      path,
      fmt::format(
          "name: tiny\n"
          "output: {0}/out\n"
          "model: {{path: {0}/model.gguf}}\n"
          "experiment: {{name: language_modeling, data: {0}/text.txt, context_length: 64}}\n{1}",
          folder().string(), rest));
  return path;
}

std::string TinySweep::grid() {
  return "policy: {name: tova}\n"
         "state_size: 8\n"
         "sweep:\n"
         "  parameters:\n"
         "    policy.name: {values: [tova, h2o]}\n"
         "    state_size: {values: [4, 8, 16]}\n"
         "  include:\n"
         "    - {policy.name: full}\n";
}

}  // namespace multistate::test
