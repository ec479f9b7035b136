#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/state/quantized_rows.h"
#include "multistate/state/row_store.h"

namespace multistate {

/// The rows that some key/value heads of a layer share: keys, values, positions and the policy's
/// memory, in order of position. Letters: G key/value heads of the set, N rows, D head size.
///
/// Storage for `capacity` rows is allocated at once; it grows when more come, and shrinks again
/// when most of them have gone. Nothing here decides; see LayerScan.
class RowSet {
 public:
  /// `memory`: floats per row that the policy remembers. `quantization`: how rows are quantised, if
  /// they are.
  struct Layout {
    int64_t kv_heads = 0;
    int64_t head_size = 0;
    int64_t capacity = 0;
    int64_t memory = 0;
    std::optional<RowQuantization> quantization = {};
  };

  RowSet(const Layout& layout, const at::TensorOptions& options);

  /// A copy has rows of its own.
  RowSet(const RowSet& other);
  RowSet& operator=(const RowSet& other) = delete;
  RowSet(RowSet&&) = default;
  RowSet& operator=(RowSet&&) = default;
  ~RowSet() = default;

  int64_t rows() const { return static_cast<int64_t>(positions_.size()); }
  std::span<const int64_t> positions() const { return positions_; }

  /// [G, N, D], the last dimension contiguous; valid until the next change. Views of the storage,
  /// which may be written to, unless rows are quantised; then numbers computed at every call, in
  /// float32 or what is wider.
  at::Tensor keys() const { return store_->keys(); }
  at::Tensor values() const { return store_->values(); }

  /// Field f of row r is at memory()[f * memory_stride() + r].
  float* memory() { return memory_.data(); }
  int64_t memory_stride() const { return memory_capacity_; }

  /// Appends n rows: keys and values [G, n, D], positions increasing from `first_position`; their
  /// memory is 0.
  void append(const at::Tensor& keys, const at::Tensor& values, int64_t first_position);

  /// Removes rows, given in ascending order without repetition; the others keep their order.
  void erase(std::span<const int64_t> rows);

  /// See RowStore.
  int64_t rows_to_quantize() const { return store_->rows_to_quantize(); }
  void quantize() { store_->quantize(); }
  std::span<const int64_t> groups() const { return store_->groups(); }

  /// Of keys, values, positions and memory.
  RowCosts costs() const;

  /// What all rows take.
  int64_t bytes() const;

 private:
  /// Makes room for the memory of `capacity` rows.
  void reallocate_memory(int64_t capacity);

  int64_t fields_;          ///< Of memory.
  int64_t least_capacity_;  ///< What was asked for at first.
  std::unique_ptr<RowStore> store_;
  std::vector<int64_t> positions_;
  int64_t memory_capacity_;
  std::vector<float> memory_;  ///< [fields, capacity]
};

}  // namespace multistate
