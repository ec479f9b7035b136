#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/base/random.h"
#include "multistate/engine/row_trace.h"
#include "multistate/model/transformer_config.h"
#include "multistate/policy/setup.h"
#include "multistate/state/row_set.h"

namespace multistate {

/// What tells one sample's random numbers from another's.
struct SampleSeed {
  uint64_t seed = 0;    ///< The sweep's seed.
  uint64_t sample = 0;  ///< Index of the sample in its cell.
};

/// The state of one layer while one sample passes through it: one set of rows for the layer, or one
/// a key/value head (option `scope`). Made fresh for every sample.
class LayerState {
 public:
  /// One set of rows with all that belongs to it alone.
  struct Set {
    RowSet rows;
    RowTrace trace;
    Random random;
    int64_t peak_rows = 0;  ///< Most rows held after a step.
  };

  /// `tokens`: the longest the sample will get.
  LayerState(const TransformerConfig& config, const PolicySetup& setup, int64_t layer,
             SampleSeed seed, int64_t tokens, const at::TensorOptions& options);

  /// Takes over the first `tokens` rows of a state that has kept all of its own, in the place of
  /// the tokens themselves. This state is empty.
  void adopt(const LayerState& full, int64_t tokens);

  const PolicySetup& setup() const { return setup_; }
  int64_t layer() const { return layer_; }
  std::vector<Set>& sets() { return sets_; }
  const std::vector<Set>& sets() const { return sets_; }

  /// Bytes that the rows took when there were most of them.
  int64_t peak_bytes() const;

 private:
  const PolicySetup& setup_;
  int64_t layer_;
  std::vector<Set> sets_;
};

}  // namespace multistate
