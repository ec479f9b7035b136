#pragma once

#include <cstdint>
#include <span>

#include <ATen/core/Tensor.h>

namespace multistate {

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

  /// Removes entries, given in ascending order without repetition; the others keep their order.
  void erase(std::span<const int64_t> entries);

  int64_t bytes_per_entry() const;

 private:
  void reallocate(int64_t capacity);
  void close_gaps(std::span<const int64_t> gone);

  int64_t least_capacity_;  ///< What was asked for at first.
  int64_t size_ = 0;
  at::Tensor storage_;  ///< [capacity, ...]
};

}  // namespace multistate
