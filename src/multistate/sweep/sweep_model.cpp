#include "multistate/sweep/sweep_model.h"

#include <utility>

#include "multistate/checkpoint/model_digest.h"
#include "multistate/model/dtype.h"

namespace multistate {
namespace {

std::vector<FileStamp> stamps_of(const ModelFile& file) {
  std::vector<FileStamp> stamps;
  for (const auto& path : file.files()) {
    stamps.emplace_back(path);
  }
  return stamps;
}

std::unique_ptr<ModelFile> open_model(const ModelSpec& spec) {
  auto file = ModelFile::open(spec.path);
  if (spec.sliding_window) {
    file->set_sliding_window(*spec.sliding_window);
  }
  return file;
}

}  // namespace

SweepModel::SweepModel(ModelSpec spec, FileDigests& digests)
    : spec_(std::move(spec)),
      options_(tensor_options(spec_.dtype, spec_.device, "model.")),
      file_(open_model(spec_)),
      stamps_(stamps_of(*file_)),
      tokens_(*file_),
      tokenizer_(tokens_.tokenizer()),
      sha256_(model_digest(*file_, digests)),
      calibrations_(*file_, sha256_) {
  require_unchanged();
}

void SweepModel::require_unchanged() const {
  for (const FileStamp& stamp : stamps_) {
    stamp.require_unchanged();
  }
}

std::shared_ptr<const Transformer> SweepModel::transformer() {
  const std::lock_guard lock(mutex_);
  if (transformer_ == nullptr) {
    // Weights are read hours after the hash, in a sweep over models: before, since a file that was
    // cut off would end the program (SIGBUS), and after, since it may change while it is read.
    require_unchanged();
    auto transformer = Transformer::load(*file_, options_);
    require_unchanged();
    transformer_ = std::move(transformer);
  }
  return transformer_;
}

}  // namespace multistate
