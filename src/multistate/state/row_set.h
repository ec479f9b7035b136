#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

namespace multistate {

/// The rows that some key/value heads of a layer share: keys, values, positions and the policy's
/// memory, in order of position. Letters: G key/value heads of the set, N rows, D head size.
///
/// Storage for `capacity` rows is allocated at once; it grows when more come, and shrinks again
/// when most of them have gone. A row's heads lie side by side, so that a row moves in one piece.
/// Nothing here decides; see LayerScan.
class RowSet {
 public:
  /// `memory`: floats per row that the policy remembers.
  struct Layout {
    int64_t kv_heads = 0;
    int64_t head_size = 0;
    int64_t capacity = 0;
    int64_t memory = 0;
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

  /// Views [G, N, D] of the storage, the last dimension contiguous; valid until the next change.
  at::Tensor keys() const;
  at::Tensor values() const;

  /// Field f of row r is at memory()[f * memory_stride() + r].
  float* memory() { return memory_.data(); }
  int64_t memory_stride() const { return layout_.capacity; }

  /// Appends n rows: keys and values [G, n, D], positions increasing from `first_position`; their
  /// memory is 0.
  void append(const at::Tensor& keys, const at::Tensor& values, int64_t first_position);

  /// Removes rows, given in ascending order without repetition; the others keep their order.
  void erase(std::span<const int64_t> rows);

  /// Bytes of keys, values, positions and memory that one row takes.
  int64_t bytes_per_row() const;

 private:
  void reserve(int64_t capacity);

  /// Moves the rows to storage for `capacity` of them.
  void reallocate(int64_t capacity);

  /// Puts `rows`, ascending, in the places from `target` on.
  void move_down(const std::vector<int64_t>& rows, int64_t target);

  Layout layout_;
  int64_t least_capacity_;  ///< What was asked for at first.
  at::Tensor keys_;         ///< [capacity, G, D]
  at::Tensor values_;       ///< [capacity, G, D]
  std::vector<int64_t> positions_;
  std::vector<float> memory_;  ///< [fields, capacity]
};

}  // namespace multistate
