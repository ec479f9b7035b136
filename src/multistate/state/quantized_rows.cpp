#include "multistate/state/quantized_rows.h"

#include <algorithm>
#include <numeric>

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/repeat_interleave.h>
#include <ATen/ops/tensor.h>

namespace multistate {

QuantizedRows::QuantizedRows(int64_t capacity, int64_t kv_heads, int64_t head_size,
                             const RowQuantization& how, const at::TensorOptions& options)
    : how_(how),
      head_size_(head_size),
      newest_(std::min(capacity, how.residual), kv_heads, head_size, options),
      key_codes_(capacity, {kv_heads, packed_size(head_size, how.bits)}, options.dtype(at::kByte)),
      key_zeros_(how.groups_of(capacity), {kv_heads, head_size}, options.dtype(at::kFloat)),
      key_scales_(key_zeros_),
      value_codes_(key_codes_),
      value_zeros_(capacity, {kv_heads, how.groups_of(head_size)}, options.dtype(at::kFloat)),
      value_scales_(value_zeros_) {}

at::Tensor QuantizedRows::keys() const {
  const auto group_of_row =
      at::repeat_interleave(at::tensor(groups_, at::kLong)).to(key_zeros_.view().device());
  const auto of_group = [&](const RowBuffer& ranges) {
    return ranges.view().index_select(0, group_of_row);
  };
  const auto keys = dequantize({unpack(key_codes_.view(), head_size_, how_.bits),
                                of_group(key_zeros_), of_group(key_scales_)});
  return with_newest(keys, newest_.keys());
}

at::Tensor QuantizedRows::values() const {
  auto values = unpack(value_codes_.view(), head_size_, how_.bits);
  for (int64_t first = 0, group = 0; first < head_size_; first += how_.group, ++group) {
    auto part = values.narrow(2, first, std::min(how_.group, head_size_ - first));
    part.copy_(dequantize(
        {part, value_zeros_.view().narrow(2, group, 1), value_scales_.view().narrow(2, group, 1)}));
  }
  return with_newest(values, newest_.values());
}

at::Tensor QuantizedRows::with_newest(const at::Tensor& quantized, const at::Tensor& newest) const {
  const auto type = c10::promoteTypes(quantized.scalar_type(), newest.scalar_type());
  return at::cat({quantized.to(type), newest.transpose(0, 1).to(type)}).transpose(0, 1);
}

void QuantizedRows::quantize() {
  const int64_t count = newest_.rows() / how_.residual * how_.residual;
  if (count == 0) {
    return;
  }
  const auto keys = newest_.keys().transpose(0, 1);
  for (int64_t lot = 0; lot < count; lot += how_.residual) {
    for (int64_t first = 0; first < how_.residual; first += how_.group) {
      add_group(keys.narrow(0, lot + first, std::min(how_.group, how_.residual - first)));
    }
  }
  add_values(newest_.values().transpose(0, 1).narrow(0, 0, count));
  std::vector<int64_t> done(static_cast<size_t>(count));
  std::iota(done.begin(), done.end(), 0);
  newest_.erase(done);
}

void QuantizedRows::add_group(const at::Tensor& keys) {
  const Quantized numbers = multistate::quantize(keys, 0, how_.bits);
  key_codes_.append(pack(numbers.codes, how_.bits));
  key_zeros_.append(numbers.zero);
  key_scales_.append(numbers.scale);
  groups_.push_back(keys.size(0));
}

void QuantizedRows::add_values(const at::Tensor& values) {
  std::vector<at::Tensor> codes;
  std::vector<at::Tensor> zeros;
  std::vector<at::Tensor> scales;
  for (int64_t first = 0; first < head_size_; first += how_.group) {
    const auto part = values.narrow(2, first, std::min(how_.group, head_size_ - first));
    const Quantized numbers = multistate::quantize(part, 2, how_.bits);
    codes.push_back(numbers.codes);
    zeros.push_back(numbers.zero);
    scales.push_back(numbers.scale);
  }
  value_codes_.append(pack(at::cat(codes, 2), how_.bits));
  value_zeros_.append(at::cat(zeros, 2));
  value_scales_.append(at::cat(scales, 2));
}

void QuantizedRows::erase(std::span<const int64_t> rows) {
  const int64_t quantized = key_codes_.size();
  const auto border = std::lower_bound(rows.begin(), rows.end(), quantized);
  std::vector<int64_t> newest(border, rows.end());
  for (int64_t& row : newest) {
    row -= quantized;
  }
  newest_.erase(newest);
  erase_quantized(rows.first(static_cast<size_t>(border - rows.begin())));
}

void QuantizedRows::erase_quantized(std::span<const int64_t> rows) {
  for (RowBuffer* buffer : {&key_codes_, &value_codes_, &value_zeros_, &value_scales_}) {
    buffer->erase(rows);
  }
  std::vector<int64_t> empty;
  int64_t end = 0;
  auto row = rows.begin();
  for (size_t group = 0; group < groups_.size(); ++group) {
    end += groups_[group];
    for (; row != rows.end() && *row < end; ++row) {
      --groups_[group];
    }
    if (groups_[group] == 0) {
      empty.push_back(static_cast<int64_t>(group));
    }
  }
  key_zeros_.erase(empty);
  key_scales_.erase(empty);
  std::erase(groups_, 0);
}

RowCosts QuantizedRows::costs() const {
  return {.row = newest_.costs().row,
          .quantized_row = key_codes_.bytes_per_entry() + value_codes_.bytes_per_entry() +
                           value_zeros_.bytes_per_entry() + value_scales_.bytes_per_entry(),
          .group = key_zeros_.bytes_per_entry() + key_scales_.bytes_per_entry()};
}

}  // namespace multistate
