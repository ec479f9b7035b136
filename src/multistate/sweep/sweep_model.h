#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "multistate/base/file_stamp.h"
#include "multistate/checkpoint/model_file.h"
#include "multistate/engine/model_calibrations.h"
#include "multistate/engine/model_tokens.h"
#include "multistate/model/transformer.h"
#include "multistate/results/file_digests.h"
#include "multistate/sweep/sweep_spec.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// A model of a sweep: opened, hashed and loaded once, however many cells use it.
class SweepModel {
 public:
  /// Opens the file and reads its tokenizer; the weights are left alone. Throws InputError, for a
  /// device or type that cannot be used as well.
  SweepModel(ModelSpec spec, FileDigests& digests);

  const ModelSpec& spec() const { return spec_; }
  const ModelFile& file() const { return *file_; }
  const Tokenizer& tokenizer() const { return tokenizer_; }

  /// Gives a setup what it has to know of the model: kinds of tokens, a calibration. For planning,
  /// by one thread. Throws InputError where a policy needs what is not there.
  void tell(PolicySetup& setup) {
    tokens_.tell(setup);
    calibrations_.tell(setup);
  }

  /// Digest of the model's files.
  const std::string& sha256() const { return sha256_; }

  /// The model with its weights; read at the first call. Throws InputError when a file is not the
  /// one any more that was hashed. Thread-safe.
  std::shared_ptr<const Transformer> transformer();

 private:
  void require_unchanged() const;

  ModelSpec spec_;
  at::TensorOptions options_;
  std::unique_ptr<ModelFile> file_;
  std::vector<FileStamp> stamps_;  ///< Of its files when it was opened.
  ModelTokens tokens_;
  const Tokenizer& tokenizer_;  ///< That of tokens_.
  std::string sha256_;
  ModelCalibrations calibrations_;
  std::mutex mutex_;
  std::shared_ptr<const Transformer> transformer_;
};

}  // namespace multistate
