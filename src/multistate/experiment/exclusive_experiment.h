#pragma once

#include "multistate/experiment/experiment.h"

namespace multistate {

/// An experiment whose numbers are times: its samples run one at a time, with no other sample
/// beside them, whatever --jobs says. Its metrics are marked as timed (Metric::timed).
class ExclusiveExperiment : public Experiment {};

/// Whether the samples of an experiment have to run alone.
bool is_exclusive(const Experiment& experiment);

}  // namespace multistate
