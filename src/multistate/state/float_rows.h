#pragma once

#include "multistate/state/row_buffer.h"
#include "multistate/state/row_store.h"

namespace multistate {

/// Rows as they came. A row's heads lie together, so that a row moves in one piece.
class FloatRows final : public RowStore {
 public:
  FloatRows(int64_t capacity, int64_t kv_heads, int64_t head_size,
            const at::TensorOptions& options);

  int64_t rows() const { return keys_.size(); }

  std::unique_ptr<RowStore> copy() const override { return std::make_unique<FloatRows>(*this); }
  at::Tensor keys() const override { return keys_.view().transpose(0, 1); }
  at::Tensor values() const override { return values_.view().transpose(0, 1); }
  void append(const at::Tensor& keys, const at::Tensor& values) override;
  void erase(std::span<const int64_t> rows) override;
  RowCosts costs() const override;

 private:
  RowBuffer keys_;    ///< [G, D] a row
  RowBuffer values_;  ///< [G, D] a row
};

}  // namespace multistate
