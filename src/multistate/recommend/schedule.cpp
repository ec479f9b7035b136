#include "multistate/recommend/schedule.h"

#include <algorithm>
#include <stdexcept>

namespace multistate::recommend {

Schedule share_out(int64_t chunks, bool screens) {
  if (chunks < kLeastChunks) {
    throw std::invalid_argument("too few chunks for a recommendation");
  }
  const int64_t screening = screens ? std::max(kLeastChunks - kLeastConfirming, chunks * 2 / 5) : 0;
  return {.confirming = {0, chunks - screening}, .screening = {chunks - screening, screening}};
}

size_t kept_of(size_t contenders) {
  return std::max(kFinalists, (contenders + kShrink - 1) / kShrink);
}

std::vector<ChunkRange> rounds_of(const ChunkRange& screening, size_t contenders) {
  std::vector<int64_t> weights;
  int64_t total = 0;
  while (contenders > kFinalists) {
    weights.push_back(weights.empty() ? 1 : 2 * weights.back());
    total += weights.back();
    contenders = kept_of(contenders);
  }
  std::vector<ChunkRange> rounds;
  int64_t first = screening.first;
  int64_t share = 0;
  for (const int64_t weight : weights) {
    share += weight;
    // Every later round needs a chunk, too.
    const auto later = static_cast<int64_t>(weights.size() - rounds.size() - 1);
    const int64_t end = std::clamp(screening.first + screening.count * share / total, first + 1,
                                   std::max(first + 1, screening.first + screening.count - later));
    rounds.push_back({first, end - first});
    first = end;
  }
  return rounds;
}

int64_t chunks_of_level(int64_t screening, size_t contenders) {
  const auto entrants = static_cast<int64_t>(std::max<size_t>(contenders, 1));
  const int64_t shared = (screening * static_cast<int64_t>(kFinalists) + entrants - 1) / entrants;
  return std::clamp(shared, (screening + 2) / 3, screening);
}

}  // namespace multistate::recommend
