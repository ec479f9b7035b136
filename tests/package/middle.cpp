// A policy of somebody else: evict the row in the middle.

#include "multistate/policy/registry.h"

namespace {

using namespace multistate;  // NOLINT(google-build-using-namespace)

class Middle final : public EvictingPolicy {
 public:
  void evict(const StepView& step, std::span<float> /*scratch*/,
             Evictions& evictions) const override {
    const int64_t live = live_candidates(step);
    const int64_t first = (live - step.excess()) / 2;
    int64_t rank = 0;
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      if (step.live(row)) {
        if (rank >= first && rank < first + step.excess()) {
          evictions.add(row);
        }
        ++rank;
      }
    }
  }

 private:
  static int64_t live_candidates(const StepView& step) {
    int64_t live = 0;
    for (int64_t row = step.first_candidate(); row < step.end_candidates(); ++row) {
      live += step.live(row) ? 1 : 0;
    }
    return live;
  }
};

const PolicyRegistration<Middle> kRegistration{{
    .name = "middle",
    .version = 1,
    .summary = "evict the row in the middle",
    .paper = "none",
    .deviations = "",
    .defaults = {},
}};

}  // namespace
