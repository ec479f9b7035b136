#include "support/tiny_transformer.h"

#include "multistate/checkpoint/model_file.h"

#include "support/temporary_folder.h"

namespace multistate::test {

std::shared_ptr<const Transformer> tiny_transformer(const TinyModel& model,
                                                    const at::TensorOptions& options) {
  const TemporaryFolder folder;
  write_tiny_gguf(model, folder / "model.gguf");
  return Transformer::load(*ModelFile::open(folder / "model.gguf"), options);
}

}  // namespace multistate::test
