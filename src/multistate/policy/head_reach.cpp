#include "multistate/policy/head_reach.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <complex>

#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

using Logits = std::array<double, 500>;  ///< By distance of the key.

/// Pairs of elements are complex numbers, which from one distance to the next turn once more.
Logits logits_of(const StepView& set, int64_t head) {
  const auto query = set.calibrated_query(head);
  const auto key = set.calibrated_key(head / (set.heads() / set.kv_heads()));
  const auto frequencies = set.rotary_frequencies();
  const size_t half = frequencies.size();
  const auto pair = [half](std::span<const float> x, size_t f, double sign) {
    return std::complex(static_cast<double>(x[f]), sign * static_cast<double>(x[f + half]));
  };
  Logits logits;
  logits.fill(static_cast<double>(dot(query.subspan(2 * half), key.subspan(2 * half))));
  for (size_t f = 0; f < half; ++f) {
    const std::complex<double> turn = std::polar(1.0, frequencies[f]);
    std::complex<double> product = pair(query, f, 1.0) * pair(key, f, -1.0);
    for (double& logit : logits) {
      logit += product.real();
      product *= turn;
    }
  }
  for (double& logit : logits) {
    logit *= set.logit_scale();
  }
  return logits;
}

float reach_of(const StepView& set) {
  double sum = 0.0;
  for (int64_t head = 0; head < set.heads(); ++head) {
    const Logits logits = logits_of(set, head);
    const double largest = *std::max_element(logits.begin(), logits.end());
    double total = 0.0;
    double area = 0.0;
    for (size_t distance = 0; distance < logits.size(); ++distance) {
      const double weight = std::exp(logits[distance] - largest);
      total += weight;
      area += weight * static_cast<double>(distance + 1);
    }
    sum += area / total / static_cast<double>(logits.size());
  }
  return static_cast<float>(sum / static_cast<double>(set.heads()));
}

}  // namespace

void BudgetsByReach::measure(std::span<const StepView> sets, std::span<float> measures) const {
  std::transform(sets.begin(), sets.end(), measures.begin(), reach_of);
}

}  // namespace multistate
