#include "multistate/engine/window_setup.h"

#include <memory>

namespace multistate {
namespace {

class KeepNewest final : public EvictingPolicy {
 public:
  void evict(const StepView& step, std::span<float> /*scratch*/,
             Evictions& evictions) const override {
    int64_t left = step.excess();
    for (int64_t row = 0; left > 0; ++row) {
      if (step.live(row)) {
        evictions.add(row);
        --left;
      }
    }
  }
};

const PolicyEntry& entry() {
  static const PolicyEntry one = [] {
    PolicyEntry window;
    window.info.name = "sliding window of the layer";
    window.info.bounded = true;
    return window;
  }();
  return one;
}

}  // namespace

PolicySetup window_setup(int64_t rows) {
  PolicySetup setup;
  setup.entry = &entry();
  setup.use(std::make_shared<KeepNewest>());
  setup.state_size = rows;
  return setup;
}

}  // namespace multistate
