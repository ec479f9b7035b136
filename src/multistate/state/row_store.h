#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>

#include <ATen/core/Tensor.h>

namespace multistate {

/// What rows take in bytes.
struct RowCosts {
  int64_t row = 0;            ///< One in floating point.
  int64_t quantized_row = 0;  ///< One that is quantised, without what it shares.
  int64_t group = 0;          ///< What quantised rows of a group share.
};

/// Where keys and values of a set's rows lie, in order of position. Letters: G key/value heads of
/// the set, N rows, D head size.
///
/// Rows come in floating point. A store may keep them so, or quantise the oldest of them later: in
/// groups of neighbours that share something as long as one of them is there.
class RowStore {
 public:
  static constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

  virtual ~RowStore() = default;

  /// The same rows in storage of their own.
  virtual std::unique_ptr<RowStore> copy() const = 0;

  /// [G, N, D], the last dimension contiguous; valid until the next change. A view of the storage
  /// where that is in floating point, else numbers computed from it at every call.
  virtual at::Tensor keys() const = 0;
  virtual at::Tensor values() const = 0;

  /// Appends n rows: keys and values [G, n, D].
  virtual void append(const at::Tensor& keys, const at::Tensor& values) = 0;

  /// Removes rows, given in ascending order without repetition; the others keep their order.
  virtual void erase(std::span<const int64_t> rows) = 0;

  /// Rows that can come before quantize() has anything to do, 1 or more; kNever for a store that
  /// keeps all rows as they came.
  virtual int64_t rows_to_quantize() const { return kNever; }

  /// Quantises the oldest rows that are in floating point, if there are enough of them.
  virtual void quantize() {}

  /// By group the number of rows that are left of it, oldest first. Their rows are the first of the
  /// store; all others are in floating point.
  virtual std::span<const int64_t> groups() const { return {}; }

  virtual RowCosts costs() const = 0;
};

}  // namespace multistate
