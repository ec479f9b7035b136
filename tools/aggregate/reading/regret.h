#pragma once

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// Gives cells the metric "regret": their nll minus that of the yardstick, a policy that sees the
/// future (Cell::sees_future), at the same state size and on the same tokens. It says how far a
/// policy is from the best decisions that are known, in nats a token, with the standard error of
/// the difference over samples. Cells whose sweep has no such yardstick, and cells of yardsticks,
/// have none. Several yardsticks of one state size: the one with the lowest nll.
void add_regret(Collection& collection);

}  // namespace multistate::aggregate
