#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include <ATen/core/Tensor.h>

#include "multistate/base/error.h"

namespace multistate {

/// The model computed a number that is NaN or infinite: a weight of its file is, or its type
/// overflows. The message says token and layer; whoever knows the model's file adds that and the
/// sample.
class NonFiniteError : public InputError {
 public:
  NonFiniteError(uint64_t sample, const std::string& message)
      : InputError(message), sample_(sample) {}

  uint64_t sample() const { return sample_; }  ///< SampleSeed::sample.

 private:
  uint64_t sample_;
};

/// A token of a sample, both counted from 0.
struct TokenPlace {
  uint64_t sample = 0;
  int64_t token = 0;
};

/// The first of the rows [N, ...] that holds NaN or infinity; none when all are finite.
std::optional<int64_t> first_non_finite(const at::Tensor& rows);

/// Throw NonFiniteError: for a token's hidden state after layer `layer`, or in the embedding (-1),
/// and for the logits that a token gives.
[[noreturn]] void throw_non_finite_hidden(const TokenPlace& place, int64_t layer);
[[noreturn]] void throw_non_finite_logits(const TokenPlace& place);

/// Throws NonFiniteError when one of `scores`, computed from the logits of `first` and the tokens
/// after it, one each, is not finite.
void check_scores(std::span<const double> scores, const TokenPlace& first);

}  // namespace multistate
