#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/checkpoint/decoder_spec.h"
#include "multistate/policy/step_view.h"

namespace multistate {

/// The newest queries of a prompt, or all, and what its rows are given when it is read again, for
/// the policy that cuts it at its end: all that is kept of it until then. Letters: H heads of the
/// set, w queries, N rows, D head size.
class PromptQueries {
 public:
  PromptQueries() = default;

  /// `needs` says which queries are kept (prompt_queries, w, or token_queries, all), and whether
  /// the prompt is read again (replay).
  PromptQueries(int64_t heads, int64_t head_size, const Needs& needs);

  /// Takes in the newest query of every head: `query` [H][D], after RoPE.
  void add(const HeadMatrices& query);

  /// Takes in what the rows from `first` on are given when a prompt of `prompt` tokens is read
  /// again: [H, n] in float32 on the host.
  void add_replay(const at::Tensor& weights, int64_t first, int64_t prompt);

  /// What they take until a prompt of so many tokens ends.
  int64_t bytes(int64_t prompt) const {
    const int64_t vectors = queries_ + (all_ ? prompt : 0);
    return heads_ * (size_ * vectors + (again_ ? prompt : 0)) * static_cast<int64_t>(sizeof(float));
  }

  /// Shows them and what they attend to among the rows of `step`, which are all of the prompt, with
  /// keys; the last `question` of their tokens are its question. Valid until the next call for this
  /// object. Throws std::logic_error when some of the newest queries were not taken in.
  const PromptData& attend(const AttentionSpec& attention, const StepData& step, int64_t question);

  /// Forgets everything: the prompt has ended.
  void clear();

 private:
  /// The newest `count`, the oldest first: [H, count, D].
  at::Tensor in_order(int64_t count) const;

  int64_t heads_ = 0;
  int64_t size_ = 0;
  int64_t queries_ = 0;  ///< w, at most.
  bool all_ = false;
  bool again_ = false;             ///< The prompt is read again.
  bool over_ = false;              ///< The prompt has ended.
  int64_t added_ = 0;              ///< Since the start of the prompt.
  std::vector<float> ring_;        ///< [H][w][D]; query number n is in place n % w.
  std::vector<float> each_token_;  ///< [N][H][D], where all are kept.
  std::vector<float> replayed_;    ///< [H][N], where it has been.
  at::Tensor shown_;               ///< [H, w, D], the oldest first.
  at::Tensor attention_;           ///< [H, w, N]
  PromptData data_;
};

}  // namespace multistate
