#pragma once

#include <filesystem>
#include <string>

#include "support/temporary_folder.h"

namespace multistate::test {

/// Words of random letters, `bytes` long or a word more; about as many tokens of a tiny model.
std::string tiny_text(size_t bytes);

/// A folder with a tiny model ("model.gguf"), a text ("text.txt", some 1,200 tokens) and a sweep
/// file.
class TinySweep {
 public:
  TinySweep();

  const std::filesystem::path& folder() const { return folder_.path(); }
  std::filesystem::path output() const { return folder_ / "out"; }

  /// Writes `sweep.yaml`: name, output, model and experiment (chunks of 64 tokens), then `rest`.
  /// Returns its path.
  std::filesystem::path write(const std::string& rest) const;

  /// 2 policies x 3 sizes and the full model.
  static std::string grid();

 private:
  TemporaryFolder folder_;
};

}  // namespace multistate::test
