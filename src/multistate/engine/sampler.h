#pragma once

#include <cstdint>
#include <span>

#include "multistate/base/random.h"

namespace multistate {

/// How the next token is chosen from logits: temperature, then top-k, then top-p (Holtzman et al.,
/// arXiv:1904.09751), each on what the one before has left.
struct Sampling {
  double temperature = 0.0;  ///< 0: the most likely token; of equal ones that with the lowest id.
  int64_t top_k = 0;         ///< Only the k most likely tokens; 0: all.
  double top_p = 1.0;        ///< Only the most likely tokens that together reach this probability.
};

/// The id of a token. Draws one random number, none at temperature 0. Throws std::domain_error when
/// a logit is not a number.
int64_t sample(std::span<const float> logits, const Sampling& sampling, Random& random);

}  // namespace multistate
