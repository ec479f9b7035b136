#include "multistate/policy/query_window.h"

#include <algorithm>
#include <cmath>

#include "multistate/policy/vectors.h"

namespace multistate {

void QueryWindow::record(const StepView& step) const {
  for (int64_t head = 0; head < step.heads(); ++head) {
    const auto query = step.query(head);
    const auto kept = step.head_memory(head, field(step.step() % size_));
    std::copy(query.begin(), query.end(), kept.begin());
  }
}

void QueryWindow::logits(const StepView& step, int64_t first, int64_t last, int64_t index,
                         std::span<float> out) const {
  const int64_t kv_head = first / (step.heads() / step.kv_heads());
  const auto scale = static_cast<float>(step.logit_scale());
  std::fill(out.begin(), out.end(), -INFINITY);
  for (int64_t head = first; head < last; ++head) {
    const auto query = step.head_memory(head, field(index));
    for (int64_t row = 0; row < step.end_candidates(); ++row) {
      if (step.live(row)) {
        const float logit = scale * dot(query, step.key(kv_head, row));
        float& largest = out[static_cast<size_t>(row)];
        if (logit > largest || std::isnan(logit)) {
          largest = logit;
        }
      }
    }
  }
}

void QueryWindow::add_attention(const StepView& step, int64_t first, int64_t last, int64_t parts,
                                std::span<float> weights, std::span<float> received) const {
  const int64_t queries = std::min(size_, step.step() + 1);
  for (int64_t index = 0; index < queries; ++index) {
    logits(step, first, last, index, weights);
    softmax(weights);
    add_scaled(1.0F / static_cast<float>(queries * parts), weights, received);
  }
}

}  // namespace multistate
