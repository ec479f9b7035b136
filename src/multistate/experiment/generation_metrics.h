#pragma once

#include <cstdint>
#include <span>

#include <nlohmann/json.hpp>

#include "multistate/experiment/experiment.h"
#include "multistate/experiment/made_texts.h"

namespace multistate {

/// What a text that goes on from `prompt` adds to the metrics of its cell, beside the full model's
/// for the same prompt and seed: counts over its tokens (text/ngrams.h), and how it ended.
nlohmann::json text_counts(std::span<const int64_t> prompt, const MadeText& text,
                           const MadeText& full);

/// Metrics of records whose values are text_counts(), in tokens and n-grams of tokens, with
/// standard errors over the units of `resampling`. Of n texts t_i with |t_i| tokens, those of the
/// the full cache's text u_i:
///
///     tokens          mean of |t_i|; a stop token is no part of a text, a stop string is
///     repetition      4-grams that stood before, in the prompt or the text / all 4-grams
///     longest_repeat  mean of the longest run that stood before in the prompt or the text
///     distinct_n      different n-grams of t_i, summed over i / all n-grams; n = 1, 2, 3, 4
///     common_prefix   mean of the tokens before t_i differs from u_i for the first time
///     identical       share of the t_i that are u_i, token for token
///     overlap_n       2 * common n-grams of t_i and u_i, summed over i / (n-grams of t_i and of
///     u_i);
///                     n = 1, 4
///     end_length, end_stop_token, end_stop_string    shares of the texts that ended so
///
/// and the series "same_by_place": the share of texts of which the first `place` tokens are the
/// full cache's, or that are identical to it, at the places 1, 2, 4, ...
Summary summarize_texts(std::span<const SampleRecord> records, const Resampling& resampling);

}  // namespace multistate
