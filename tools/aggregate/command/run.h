#pragma once

#include "aggregate/command/options.h"

namespace multistate::aggregate {

/// Does what the options ask for. Returns the exit code: 0, or 1 when files were passed over or,
/// with --diff, results changed. Throws InputError.
int run(const Options& options);

}  // namespace multistate::aggregate
