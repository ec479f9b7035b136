// Two policies in one plug-in; SECOND_NAME may be the first one's.

#include "multistate/policy/registry.h"

#ifndef SECOND_NAME
#define SECOND_NAME "plugged_second"
#endif

namespace multistate {
namespace {

class Oldest final : public ScoringPolicy {
 public:
  void score(const StepView& /*step*/, std::span<float> scores) const override {
    for (size_t row = 0; row < scores.size(); ++row) {
      scores[row] = static_cast<float>(row);
    }
  }
};

const PolicyRegistration<Oldest> kFirst{{.name = "plugged_first",
                                         .version = 1,
                                         .summary = "",
                                         .paper = "",
                                         .deviations = "",
                                         .defaults = {}}};
const PolicyRegistration<Oldest> kSecond{{.name = SECOND_NAME,
                                          .version = 1,
                                          .summary = "",
                                          .paper = "",
                                          .deviations = "",
                                          .defaults = {}}};

}  // namespace
}  // namespace multistate
