#pragma once

#include <cstdint>
#include <span>

#include <ATen/core/Tensor.h>

namespace multistate {

/// The rows that stay when others go: all before `first`, and those of `index` [n], ascending.
struct Survivors {
  int64_t first = 0;
  at::Tensor index;  ///< On the CPU.

  int64_t moved() const { return index.size(0); }
};

/// Of `rows` rows the ones that stay when `gone`, ascending and without repetition, go.
Survivors survivors_of(std::span<const int64_t> gone, int64_t rows);

/// A tensor with an entry a row. Storage for `capacity` entries is allocated at once; it grows when
/// more come, and shrinks again when most of them have gone.
class RowBuffer {
 public:
  /// No entry at first; `entry` is the shape of one.
  RowBuffer(int64_t capacity, at::IntArrayRef entry, const at::TensorOptions& options);

  /// A copy has entries of its own.
  RowBuffer(const RowBuffer& other);
  RowBuffer& operator=(const RowBuffer& other) = delete;
  RowBuffer(RowBuffer&&) = default;
  RowBuffer& operator=(RowBuffer&&) = default;
  ~RowBuffer() = default;

  int64_t size() const { return size_; }

  /// View [N, ...] of the entries, valid until the next change.
  at::Tensor view() const { return storage_.narrow(0, 0, size_); }

  /// Appends entries [n, ...].
  void append(const at::Tensor& entries);

  /// Removes all entries but the survivors, which keep their order.
  void keep(const Survivors& survivors);

  int64_t bytes_per_entry() const;

 private:
  void reallocate(int64_t capacity);

  int64_t least_capacity_;  ///< What was asked for at first.
  int64_t size_ = 0;
  at::Tensor storage_;  ///< [capacity, ...]
};

}  // namespace multistate
