#pragma once

#include <functional>

#include "multistate/experiment/text_chunks.h"
#include "multistate/model/transformer.h"
#include "multistate/policy/calibration.h"

namespace multistate {

/// Lets the model read every chunk from an empty state, with the full cache, and measures its
/// queries and keys. `progress` is told how many chunks have been read. The digests of file and
/// model are the caller's to fill in. Throws NonFiniteError.
Calibration calibrate(const Transformer& model, const TextChunks& chunks,
                      const std::function<void(int64_t)>& progress = {});

}  // namespace multistate
