#include "multistate/experiment/exclusive_experiment.h"

namespace multistate {

bool is_exclusive(const Experiment& experiment) {
  return dynamic_cast<const ExclusiveExperiment*>(&experiment) != nullptr;
}

}  // namespace multistate
