#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "multistate/engine/evaluator.h"

namespace multistate {

/// The first tokens of a sample as the full model runs them. Up to its first eviction a policy's
/// state is the full model's, so whoever runs one sample with several policies and state sizes has
/// to run its beginning once only (PolicySetup::tokens_before_first_eviction).
class SharedPrefix {
 public:
  /// What a run takes over.
  struct Prefix {
    SampleState state;        ///< Every row of every layer.
    Predictions predictions;  ///< That these tokens make; if asked for.
    PhaseSeconds seconds;
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
