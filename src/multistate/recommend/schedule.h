#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace multistate::recommend {

/// Policies and sizes that are compared in the end, on chunks that chose none of them.
inline constexpr size_t kFinalists = 4;

/// Standard errors by which a screened loss has to be within the limit, to be likely to be
/// confirmed.
inline constexpr double kMargin = 2.0;

/// A round of halving keeps one of so many contenders.
inline constexpr size_t kShrink = 3;

/// Chunks that a confirmation takes at least: intervals of fewer say more about their assumption
/// (normal differences) than about the data.
inline constexpr int64_t kLeastConfirming = 8;

/// Chunks that a recommendation takes at least, those for screening included.
inline constexpr int64_t kLeastChunks = kLeastConfirming + 4;

/// Consecutive chunks of a text, in the order in which they are taken from its documents.
struct ChunkRange {
  int64_t first = 0;
  int64_t count = 0;
};

/// Which chunks are for what. The first ones confirm, since they are taken from all documents in
/// turn and so represent a folder of texts best; those behind them screen.
struct Schedule {
  ChunkRange confirming;
  ChunkRange screening;
};

/// Two fifths of the chunks screen, four at least; the others confirm. All of them confirm where
/// there is nothing to screen. Throws std::invalid_argument for fewer than kLeastChunks.
Schedule share_out(int64_t chunks, bool screens);

/// Rounds that bring `contenders` down to kFinalists, with disjoint chunks of `screening`, each
/// about twice as many as the one before. None where there are no more than kFinalists.
std::vector<ChunkRange> rounds_of(const ChunkRange& screening, size_t contenders);

/// How many of `contenders` a round keeps: one in kShrink, rounded up, and kFinalists at least.
size_t kept_of(size_t contenders);

/// How many of `screening` chunks a level of memory takes with so many contenders: the fewer
/// contenders, the more; between a third and all of them.
int64_t chunks_of_level(int64_t screening, size_t contenders);

}  // namespace multistate::recommend
