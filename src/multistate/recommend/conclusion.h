#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "multistate/aggregate/interval.h"
#include "multistate/recommend/search.h"

namespace multistate::recommend {

/// A policy at a size, measured on the chunks that confirm.
struct Finalist {
  std::string label;   ///< "h2o k=61".
  int64_t bytes = 0;   ///< Of its cache at the peak, as measured.
  int64_t inputs = 0;  ///< Kinds of things that the policy reads; see inputs_read().
  ChunkLosses losses;
};

/// What the confirmation says of a finalist.
struct Cost {
  double loss = 0.0;        ///< Nats per token.
  double difference = 0.0;  ///< To the full cache.
  /// Of the difference: the intervals of all finalists hold together in 95 % of cases (Student's t
  /// with Bonferroni's correction), so that choosing among the finalists by them is allowed for.
  aggregate::Interval interval;
};

/// Bytes within this factor of the fewest count as equal.
inline constexpr double kEqualBytes = 1.01;

struct Conclusion {
  enum class Kind {
    kBest,   ///< The recommended finalist is better than all it competes with.
    kTied,   ///< The data cannot tell it from others; recommended by the tie rule.
    kAlone,  ///< Nothing else satisfies the constraint, or nothing else was to be compared.
    kNone,   ///< No finalist is shown to satisfy the constraint; `chosen` is the closest.
  };
  Kind kind = Kind::kNone;
  size_t chosen = 0;         ///< Index of the finalist that is recommended, or the closest.
  std::vector<size_t> tied;  ///< Of kTied: those that are not told apart, the lowest loss first.
  std::string sentence;      ///< Why; no full stop.
  std::vector<Cost> costs;   ///< By finalist.
  /// Of kTied and kNone: about how many confirming chunks would decide, with the differences as
  /// they were measured; none where no number would, or more than a million.
  std::optional<size_t> chunks_needed;
};

/// Finalists that take the same memory, one or more: judge() of results/verdict.h says whether one
/// is the best. Of those that it cannot tell apart, that with the fewest bytes is recommended
/// (kEqualBytes), then the one that reads fewest inputs, then the one with the lower loss.
Conclusion conclude(std::span<const Finalist> finalists, const ChunkLosses& full);

/// The least memory with a loss of at most `limit` nats per token above that of the full cache:
/// finalists whose whole interval is within the limit satisfy it; of those with the fewest bytes
/// (kEqualBytes) one is chosen as above.
Conclusion conclude_within(std::span<const Finalist> finalists, const ChunkLosses& full,
                           double limit);

}  // namespace multistate::recommend
