#pragma once

#include <string>

#include "multistate/checkpoint/model_file.h"
#include "multistate/results/file_digests.h"

namespace multistate {

/// What stands for a model's files in results. One file: its own digest, as sha256sum prints it.
/// Several: the digest of their digests, in order. Throws InputError when one cannot be read.
std::string model_digest(const ModelFile& file, FileDigests& digests);

}  // namespace multistate
