#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "multistate/recommend/schedule.h"
#include "multistate/results/statistics.h"

namespace multistate::recommend {

/// Loss of each chunk, nats per token.
using ChunkLosses = std::vector<double>;

/// Losses on the same chunks.
struct Losses {
  ChunkLosses full;                                 ///< Of the full cache.
  std::vector<std::optional<ChunkLosses>> entries;  ///< In the order asked for; none: it failed.
};

/// Runs entries (contenders by number) on chunks.
using Measure =
    std::function<Losses(const std::string& stage, std::span<const size_t> entries, ChunkRange)>;

/// What a stage of the search compared, and what was left of it.
struct Round {
  std::string name;
  ChunkRange chunks;
  std::vector<size_t> entered;
  std::vector<size_t> kept;  ///< The best first.
};

struct Search {
  std::vector<Round> rounds;
  std::vector<size_t> finalists;
};

/// Mean of losses less those of the full cache on the same chunks.
Estimate cost_of(const ChunkLosses& losses, const ChunkLosses& full);

/// Successive halving (Jamieson & Talwalkar, AISTATS 2016) of entries 0 to `contenders` - 1, which
/// take the same memory: each round runs those that are left on chunks that no round before it had,
/// and keeps the kept_of() with the lowest mean loss over all chunks so far. An entry that fails is
/// dropped.
Search halve(size_t contenders, const ChunkRange& screening, const Measure& measure);

/// Entries by level of memory, the most first, and by policy; none where a policy has no size that
/// fits. A policy may have the same entry at two levels.
using Ladder = std::vector<std::vector<std::optional<size_t>>>;

/// The least memory with a mean loss of at most `limit` above the full cache's: level by level from
/// the most memory down. A policy that exceeds the limit at a level, or fails, is not tried with
/// less; of the others the better half goes on, kFinalists at least. Each policy has its best size,
/// the one with the least memory that is within the limit by kMargin standard errors, or else the
/// first that was tried: the smallest within the limit by its mean is the one closest to it, and
/// would often not be confirmed. Finalists are the kFinalists policies whose best sizes take the
/// least memory, of equal levels those that cost least. Where no entry is within the limit, they
/// are the best of the first level.
Search descend(const Ladder& ladder, double limit, const ChunkRange& screening,
               const Measure& measure);

}  // namespace multistate::recommend
