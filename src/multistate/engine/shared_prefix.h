#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/engine/evaluator.h"
#include "multistate/engine/layer_scan.h"

namespace multistate {

/// The first tokens of a sample as the full cache runs them. Up to its first eviction a policy's
/// rows are the full cache's, so whoever runs one sample with several policies and state sizes has
/// to run its beginning once only (PolicySetup::tokens_before_first_eviction).
class SharedPrefix {
 public:
  /// What a run takes over.
  struct Prefix {
    SampleState state;  ///< Every row of every layer.

    /// By layer and segment: queries [H, T, D], from which a policy that remembers what happened at
    /// each step computes its attention again.
    std::vector<std::vector<at::Tensor>> queries;
    Predictions predictions;  ///< That these tokens make; if asked for.
    PhaseSeconds seconds;

    /// Brings a layer of an empty state to where it is after `ids`, with which the prefix begins.
    /// `scan` is the one that runs its policy.
    /// `output`: see Qkv.
    void hand_over(std::span<const int64_t> ids, const LayerScan& scan, const at::Tensor& output,
                   LayerState& layer) const;
  };

  /// `tokens`: how many of the sample's are run in advance.
  explicit SharedPrefix(int64_t tokens) : tokens_(tokens) {}

  int64_t tokens() const { return tokens_; }

  /// The same with this model: no more than what all its layers keep, whatever their windows.
  int64_t tokens_of(const Transformer& model) const;

  /// Whether it has been run, so that get() does not wait.
  bool is_there() const { return is_there_; }

  /// The prefix of `ids`, all of them where they are fewer; run at the first call. Later calls have
  /// to be for the same tokens and want the same. `computed` is true for the call that ran it.
  /// Thread-safe: others wait. `sample`: whose it is, for messages.
  const Prefix& get(const Transformer& model, std::span<const int64_t> ids, uint64_t sample,
                    bool with_predictions, bool& computed);

 private:
  int64_t tokens_;
  std::mutex mutex_;
  std::optional<Prefix> prefix_;
  std::atomic<bool> is_there_ = false;
};

}  // namespace multistate
