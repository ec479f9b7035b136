#pragma once

#include <cstdint>
#include <span>

namespace multistate {

/// Counts over the n-grams of token sequences: runs of n neighbouring tokens, n >= 1. A sequence of
/// T tokens has max(0, T - n + 1) of them, one for every place where a run can begin.
int64_t ngram_count(std::span<const int64_t> ids, int64_t n);

/// Different ones among them. distinct_ngrams / ngram_count is distinct-n of one text (Li et al.,
/// arXiv:1510.03055, with n-grams instead of tokens below the line, as is usual since).
int64_t distinct_ngrams(std::span<const int64_t> ids, int64_t n);

/// n-grams of ids[first..] that stand at an earlier place of `ids`, too, before `first` or after
/// it; the two may overlap. With first = 0 this over ngram_count is seq-rep-n (Welleck et al.,
/// arXiv:1908.04319), 1 - distinct-n.
int64_t repeated_ngrams(std::span<const int64_t> ids, int64_t first, int64_t n);

/// Tokens of the longest run of ids[first..] that stands at an earlier place of `ids`, too; the two
/// may overlap. Takes time in proportion to the product of the lengths of ids[first..] and `ids`.
int64_t longest_repeat(std::span<const int64_t> ids, int64_t first);

/// Tokens before the first that differs, or before the end of the shorter.
int64_t common_prefix(std::span<const int64_t> a, std::span<const int64_t> b);

/// n-grams that both have, each as often as in that where it is rarer:
///
///     sum over n-grams g of min(count of g in a, count of g in b)
///
/// 2 * common_ngrams / (ngram_count(a) + ngram_count(b)) is their overlap (Dice; for n = 1 the F1
/// of the tokens).
int64_t common_ngrams(std::span<const int64_t> a, std::span<const int64_t> b, int64_t n);

}  // namespace multistate
