#include "multistate/checkpoint/model_digest.h"

#include "multistate/base/sha256.h"

namespace multistate {

std::string model_digest(const ModelFile& file, FileDigests& digests) {
  const auto files = file.files();
  if (files.size() == 1) {
    return digests.sha256(files.front());
  }
  Sha256 digest;
  for (const auto& path : files) {
    digest.update(digests.sha256(path));
  }
  return digest.hex();
}

}  // namespace multistate
