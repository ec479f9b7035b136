#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/engine/logits.h"
#include "multistate/engine/softmax.h"

namespace multistate {

/// What is known of one token's logits so far, as they come in pieces.
class LogitRow {
 public:
  /// Takes in the logits [ids] of a piece; `target` is the token that comes.
  void add(const float* logits, const LogitPiece& piece, int64_t target);

  /// As Predictions has them.
  double loss() const { return total_.value() - target_; }
  int64_t likeliest() const;

  /// See LogSumExp.
  float largest() const { return total_.largest(); }

 private:
  LogSumExp total_;
  double target_ = 0.0;
  int64_t likeliest_ = -1;
};

/// Takes in a piece for the rows of T tokens.
void add_piece(const LogitPiece& piece, std::span<const int64_t> targets,
               std::vector<LogitRow>& rows);

Predictions predictions_of(const std::vector<LogitRow>& rows);

/// Ids whose logits are held at once: few enough that a segment's stay in the cache.
inline constexpr int64_t kLogitIds = 2048;

/// Logits of up to kLogitIds ids from `first` on, [T, ids], on the CPU in float32, of hidden states
/// that are normalised for the output head.
at::Tensor logits_from(const Transformer& model, const at::Tensor& normed, int64_t first);

/// The same as a piece; it lives as long as they.
LogitPiece piece_of(const at::Tensor& logits, int64_t first);

}  // namespace multistate
