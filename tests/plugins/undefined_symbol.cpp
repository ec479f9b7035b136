// Calls a function that nobody defines, and was linked without the option that would have said so.

#include "multistate/policy/registry.h"

#include "../../src/plugin_record.cpp"

namespace lost {

float score(int64_t row);

}  // namespace lost

namespace multistate {
namespace {

class Calling final : public ScoringPolicy {
 public:
  void score(const StepView& /*step*/, std::span<float> scores) const override {
    scores[0] = lost::score(0);
  }
};

const PolicyRegistration<Calling> kRegistration{{.name = "plugged_calling",
                                                 .version = 1,
                                                 .summary = "",
                                                 .paper = "",
                                                 .deviations = "",
                                                 .defaults = {}}};

}  // namespace
}  // namespace multistate
