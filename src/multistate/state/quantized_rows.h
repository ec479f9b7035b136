#pragma once

#include <algorithm>
#include <vector>

#include "multistate/state/float_rows.h"
#include "multistate/state/quantization.h"

namespace multistate {

/// How a store quantises rows.
struct RowQuantization {
  int64_t bits = 4;      ///< Of a code: 2, 4 or 8.
  int64_t group = 32;    ///< Rows whose keys share a range by channel, and channels of a value.
  int64_t residual = 1;  ///< Rows that are quantised together, 1 or more.

  /// Groups that `count` rows or channels make, the last one a smaller one.
  int64_t groups_of(int64_t count) const { return (count + group - 1) / group; }
};

/// Rows of which the newest are in floating point until `residual` of these are there; then all of
/// these are quantised at once, and the next ones can come. Keys share ranges by channel, with the
/// other rows of a group; a value by itself, in groups of channels of a head. Codes are packed.
///
/// When rows of a group go, the others keep their codes and the group its ranges, which go with its
/// last row: nothing is quantised twice.
class QuantizedRows final : public RowStore {
 public:
  QuantizedRows(int64_t capacity, int64_t kv_heads, int64_t head_size, const RowQuantization& how,
                const at::TensorOptions& options);

  std::unique_ptr<RowStore> copy() const override { return std::make_unique<QuantizedRows>(*this); }
  at::Tensor keys() const override;
  at::Tensor values() const override;
  void append(const at::Tensor& keys, const at::Tensor& values) override {
    newest_.append(keys, values);
  }
  void erase(std::span<const int64_t> rows) override;
  int64_t rows_to_quantize() const override {
    return std::max<int64_t>(how_.residual - newest_.rows(), 1);
  }
  void quantize() override;
  std::span<const int64_t> groups() const override { return groups_; }
  RowCosts costs() const override;

 private:
  /// Keys [n, G, D] of a group, and values [n, G, D], to the end of what is quantised.
  void add_group(const at::Tensor& keys);
  void add_values(const at::Tensor& values);

  void erase_quantized(std::span<const int64_t> rows);

  /// [G, N, D] of quantised rows [P, G, D], float32, and the newest ones [G, N - P, D]; in float32
  /// or what is wider.
  at::Tensor with_newest(const at::Tensor& quantized, const at::Tensor& newest) const;

  RowQuantization how_;
  int64_t head_size_;
  FloatRows newest_;
  std::vector<int64_t> groups_;  ///< Rows left of each.
  RowBuffer key_codes_;          ///< [G, packed D] a row
  RowBuffer key_zeros_;          ///< [G, D] a group
  RowBuffer key_scales_;         ///< [G, D] a group
  RowBuffer value_codes_;        ///< [G, packed D] a row
  RowBuffer value_zeros_;        ///< [G, groups of channels] a row
  RowBuffer value_scales_;       ///< [G, groups of channels] a row
};

}  // namespace multistate
