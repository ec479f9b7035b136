#include "sweep/tiny_calibration.h"

#include "multistate/checkpoint/model_digest.h"
#include "multistate/checkpoint/model_file.h"
#include "multistate/experiment/calibrate.h"
#include "multistate/model/dtype.h"
#include "multistate/policy/calibration_file.h"

#include "support/tiny_model.h"
#include "support/torch.h"

namespace multistate::test {

void write_calibration(const std::filesystem::path& model, const std::filesystem::path& text,
                       int64_t chunks, const std::filesystem::path& file) {
  const auto opened = ModelFile::open(model);
  const auto transformer = Transformer::load(*opened, tensor_options("float32", "cpu", ""));
  TextOptions options;
  options.data = text.string();
  options.context_length = 64;
  options.max_chunks = chunks;
  const TextChunks cut(options, 0, *Tokenizer::make(opened->tokenizer()));
  Calibration calibration = calibrate(*transformer, cut);
  FileDigests digests;
  calibration.model_sha256 = model_digest(*opened, digests);
  write_file(file, calibration_bytes(calibration));
}

}  // namespace multistate::test
