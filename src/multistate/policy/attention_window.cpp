#include "multistate/policy/attention_window.h"

#include <algorithm>

#include "multistate/policy/vectors.h"

namespace multistate {

void AttentionWindow::record(const StepView& step) const {
  mean_attention(step, step.memory(first_field_ + step.step() % size_));
}

std::span<const float> AttentionWindow::weights(const StepView& step, int64_t index) const {
  return step.memory(first_field_ + index);
}

void AttentionWindow::sum(const StepView& step, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0F);
  for (int64_t index = 0; index < size_; ++index) {
    add_scaled(1.0F, weights(step, index), out);
  }
}

}  // namespace multistate
