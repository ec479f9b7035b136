#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "aggregate/judge/comparison.h"
#include "aggregate/judge/key.h"

namespace multistate::aggregate {

/// A judge's file and the key to it.
struct JudgePairs {
  Key key;

  /// JSON lines {"id", "prompt", "a", "b"} in the order of key.pairs: two texts that go on from one
  /// prompt. Nothing in a line tells whose they are.
  std::string lines;
};

/// Every sample of every comparison in both orders, as in Oren et al., arXiv:2401.06104, section
/// 5.3, all of them shuffled by `seed`; a sample on which both cells made the same text is counted
/// only. Throws InputError when the two cells of a comparison do not have the same prompts.
JudgePairs make_judge_pairs(const Collection& collection, std::span<const CellPair> comparisons,
                            uint64_t seed);

}  // namespace multistate::aggregate
