#include "multistate/engine/sampler.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <vector>

namespace multistate {
namespace {

struct Candidate {
  int64_t id = 0;
  double weight = 0.0;

  /// For a heap with the most likely on top; of equal ones the lowest id.
  bool operator<(const Candidate& other) const {
    return weight < other.weight || (weight == other.weight && id > other.id);
  }
};

int64_t most_likely(std::span<const float> logits) {
  return std::max_element(logits.begin(), logits.end()) - logits.begin();
}

/// exp(logit / temperature) up to a factor.
std::vector<Candidate> weigh(std::span<const float> logits, double temperature) {
  const auto most = static_cast<double>(logits[static_cast<size_t>(most_likely(logits))]);
  std::vector<Candidate> candidates;
  candidates.reserve(logits.size());
  for (size_t id = 0; id < logits.size(); ++id) {
    candidates.push_back({static_cast<int64_t>(id),
                          std::exp((static_cast<double>(logits[id]) - most) / temperature)});
  }
  return candidates;
}

double total_of(const std::vector<Candidate>& candidates) {
  double total = 0.0;
  for (const Candidate& candidate : candidates) {
    total += candidate.weight;
  }
  return total;
}

/// The most likely candidates: `most` of them at most, and no more than reach `share` of all
/// weight. A heap, since few of a large vocabulary are needed.
std::vector<Candidate> best_of(std::vector<Candidate> heap, size_t most, double share) {
  const double wanted =
      share < 1.0 ? share * total_of(heap) : std::numeric_limits<double>::infinity();
  std::make_heap(heap.begin(), heap.end());
  std::vector<Candidate> best;
  double reached = 0.0;
  while (!heap.empty() && best.size() < most && reached < wanted) {
    std::pop_heap(heap.begin(), heap.end());
    best.push_back(heap.back());
    reached += heap.back().weight;
    heap.pop_back();
  }
  return best;
}

}  // namespace

int64_t sample(std::span<const float> logits, const Sampling& sampling, Random& random) {
  if (std::any_of(logits.begin(), logits.end(), [](float logit) { return std::isnan(logit); })) {
    throw std::domain_error("a logit is not a number");
  }
  if (sampling.temperature == 0.0) {
    return most_likely(logits);
  }
  auto candidates = weigh(logits, sampling.temperature);
  if (sampling.top_k > 0 && sampling.top_k < static_cast<int64_t>(candidates.size())) {
    candidates = best_of(std::move(candidates), static_cast<size_t>(sampling.top_k), 1.0);
  }
  if (sampling.top_p < 1.0) {
    const size_t all = candidates.size();
    candidates = best_of(std::move(candidates), all, sampling.top_p);
  }
  double left = random.uniform() * total_of(candidates);
  for (const Candidate& candidate : candidates) {
    left -= candidate.weight;
    if (left < 0.0) {
      return candidate.id;
    }
  }
  return candidates.back().id;  // Rounding may leave a crumb.
}

}  // namespace multistate
