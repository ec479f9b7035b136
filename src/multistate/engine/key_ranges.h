#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

namespace multistate {

/// The least and the largest value of every element of the keys of each page of rows, by key/value
/// head: what a policy that reads pages (Needs::page_rows) remembers of rows. Keys come in order of
/// position; none is taken out again.
class KeyRanges {
 public:
  KeyRanges() = default;
  KeyRanges(int64_t kv_heads, int64_t head_size, int64_t page_rows)
      : head_size_(head_size), page_rows_(page_rows), heads_(static_cast<size_t>(kv_heads)) {}

  /// Makes room for the pages of `rows` rows, so that adding them allocates nothing.
  void reserve(int64_t rows);

  /// Takes in the key [D] of the next row of a head.
  void add(int64_t kv_head, const float* key);

  /// Takes in the keys [G, n, D] of the next rows of all heads.
  void add(const at::Tensor& keys);

  /// [pages][2][D]: least, then largest, of the rows so far. Null where nobody reads pages.
  const float* of_head(int64_t kv_head) const {
    return heads_.empty() ? nullptr : heads_[static_cast<size_t>(kv_head)].ranges.data();
  }

  /// What the ranges of all pages take.
  int64_t bytes() const;

  /// The same where every head has `rows` rows.
  int64_t bytes_of(int64_t rows) const;

 private:
  struct Head {
    int64_t rows = 0;
    std::vector<float> ranges;
  };

  /// Of the pages of `rows` rows of a head.
  int64_t floats_of(int64_t rows) const {
    return (rows + page_rows_ - 1) / page_rows_ * 2 * head_size_;
  }

  int64_t head_size_ = 0;
  int64_t page_rows_ = 0;
  std::vector<Head> heads_;  ///< Empty where nobody reads pages.
};

}  // namespace multistate
