#pragma once

#include <cstdint>
#include <vector>

#include "multistate/bench/prefill.h"

namespace multistate {

struct WorkersResult {
  const PrefillCase* measured = nullptr;
  int64_t workers = 0;
  Spread tokens_per_second;  ///< Of all workers together.
  Spread speedup;            ///< Over one worker in the same repetition.
};

/// Evaluates samples in parallel, as a sweep does with `--jobs`: every case with one worker and
/// with each of `workers`, in turn, repetition by repetition. A worker is a thread that evaluates
/// one sample with one thread inside an operation; the BLAS, whose threads are the process's, is
/// left at one.
std::vector<WorkersResult> measure_workers(const Transformer& model,
                                           const std::vector<PrefillCase>& cases,
                                           const std::vector<int64_t>& workers,
                                           int64_t repetitions);

}  // namespace multistate
