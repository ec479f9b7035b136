#include "multistate/state/float_rows.h"

namespace multistate {

FloatRows::FloatRows(int64_t capacity, int64_t kv_heads, int64_t head_size,
                     const at::TensorOptions& options)
    : keys_(capacity, {kv_heads, head_size}, options),
      values_(capacity, {kv_heads, head_size}, options) {}

void FloatRows::append(const at::Tensor& keys, const at::Tensor& values) {
  keys_.append(keys.transpose(0, 1));
  values_.append(values.transpose(0, 1));
}

void FloatRows::erase(std::span<const int64_t> rows) {
  keys_.erase(rows);
  values_.erase(rows);
}

RowCosts FloatRows::costs() const {
  return {.row = keys_.bytes_per_entry() + values_.bytes_per_entry()};
}

}  // namespace multistate
