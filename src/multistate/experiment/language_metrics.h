#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <nlohmann/json.hpp>

#include "multistate/experiment/experiment.h"
#include "multistate/experiment/stretches.h"

namespace multistate {

/// Losses of consecutive tokens of a text and what they are related to: bytes and words of the
/// text, and the place of each token in its chunk.
class ScoredText {
 public:
  /// losses[i] (nats) belongs to the token at place `first_place` + i of its chunk; `text` is what
  /// the tokens decode to.
  ScoredText(std::span<const double> losses, int64_t first_place, std::string_view text);

  /// {"nll_sum", "scored_tokens", "bytes", "words", "nll_by_place": [[sum, tokens], ...]}. Entry b
  /// of the last is for the places from 2^b up to, but not including, 2^(b+1).
  nlohmann::json to_json() const;

 private:
  double nll_sum_ = 0.0;
  int64_t scored_tokens_ = 0;
  int64_t bytes_ = 0;
  int64_t words_ = 0;  ///< Runs of characters other than ASCII white space.
  StretchSums by_place_{Stretches::doubling()};
};

/// Metrics of records whose values are ScoredText's, with standard errors over records:
///
///     nll              sum of losses / tokens, in nats
///     perplexity       exp(nll)
///     bits_per_byte    sum of losses / (ln 2 * bytes)
///     word_perplexity  exp(sum of losses / words)
///
/// and the series "nll_by_place". nll, the losses by byte and by word are ratios of sums; their
/// errors and those of the exponentials are described in results/statistics.h.
Summary summarize_language(std::span<const SampleRecord> records);

}  // namespace multistate
