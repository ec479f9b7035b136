#pragma once

#include <cstdint>

namespace multistate {

/// Products of one row of floats with a weight in bfloat16, whose numbers are widened on the way:
/// each is read once and rounded never. `weight` points to the upper halves of floats.

/// out [columns] = x [rows] times weight [rows, columns].
void multiply_by_rows(const float* x, const uint16_t* weight, int64_t rows, int64_t columns,
                      float* out);

/// out [columns] = x [rows] times weight [columns, rows], transposed.
void multiply_by_columns(const float* x, const uint16_t* weight, int64_t rows, int64_t columns,
                         float* out);

}  // namespace multistate
