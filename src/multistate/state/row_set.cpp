#include "multistate/state/row_set.h"

#include <algorithm>
#include <utility>

#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/tensor.h>

namespace multistate {

RowSet::RowSet(const Layout& layout, const at::TensorOptions& options)
    : layout_(layout),
      least_capacity_(layout.capacity),
      keys_(at::empty({layout.capacity, layout.kv_heads, layout.head_size}, options)),
      values_(at::empty_like(keys_)),
      memory_(static_cast<size_t>(layout.memory * layout.capacity)) {
  positions_.reserve(static_cast<size_t>(layout.capacity));
}

RowSet::RowSet(const RowSet& other)
    : layout_(other.layout_),
      least_capacity_(other.least_capacity_),
      keys_(other.keys_.clone()),
      values_(other.values_.clone()),
      positions_(other.positions_),
      memory_(other.memory_) {}

at::Tensor RowSet::keys() const {
  return keys_.narrow(0, 0, rows()).transpose(0, 1);
}

at::Tensor RowSet::values() const {
  return values_.narrow(0, 0, rows()).transpose(0, 1);
}

void RowSet::reserve(int64_t capacity) {
  if (capacity <= layout_.capacity) {
    return;
  }
  reallocate(std::max(capacity, 2 * layout_.capacity));
}

void RowSet::reallocate(int64_t capacity) {
  const auto move = [&](at::Tensor& storage) {
    auto other = at::empty({capacity, layout_.kv_heads, layout_.head_size}, storage.options());
    other.narrow(0, 0, rows()).copy_(storage.narrow(0, 0, rows()));
    storage = std::move(other);
  };
  move(keys_);
  move(values_);
  std::vector<float> memory(static_cast<size_t>(layout_.memory * capacity));
  for (int64_t field = 0; field < layout_.memory; ++field) {
    std::copy_n(memory_.begin() + field * layout_.capacity, rows(),
                memory.begin() + field * capacity);
  }
  memory_ = std::move(memory);
  layout_.capacity = capacity;
}

void RowSet::append(const at::Tensor& keys, const at::Tensor& values, int64_t first_position) {
  const int64_t before = rows();
  const int64_t count = keys.size(1);
  reserve(before + count);
  keys_.narrow(0, before, count).copy_(keys.transpose(0, 1));
  values_.narrow(0, before, count).copy_(values.transpose(0, 1));
  for (int64_t i = 0; i < count; ++i) {
    positions_.push_back(first_position + i);
  }
  for (int64_t field = 0; field < layout_.memory; ++field) {
    std::fill_n(memory_.begin() + field * layout_.capacity + before, count, 0.0F);
  }
}

void RowSet::erase(std::span<const int64_t> rows) {
  if (rows.empty()) {
    return;
  }
  std::vector<int64_t> kept;
  auto gone = rows.begin();
  for (int64_t row = rows.front(); row < this->rows(); ++row) {
    if (gone != rows.end() && row == *gone) {
      ++gone;
    } else {
      kept.push_back(row);
    }
  }
  move_down(kept, rows.front());
  positions_.resize(positions_.size() - rows.size());
  const int64_t enough = std::max(least_capacity_, this->rows());
  if (layout_.capacity > 2 * enough) {
    reallocate(enough);
  }
}

void RowSet::move_down(const std::vector<int64_t>& rows, int64_t target) {
  const auto count = static_cast<int64_t>(rows.size());
  const auto index = at::tensor(rows, at::kLong).to(keys_.device());
  keys_.narrow(0, target, count).copy_(keys_.index_select(0, index));
  values_.narrow(0, target, count).copy_(values_.index_select(0, index));
  // Rows move down only, so one after the other can be overwritten.
  for (int64_t i = 0; i < count; ++i) {
    const auto from = static_cast<size_t>(rows[static_cast<size_t>(i)]);
    positions_[static_cast<size_t>(target + i)] = positions_[from];
  }
  for (int64_t field = 0; field < layout_.memory; ++field) {
    float* memory = memory_.data() + field * layout_.capacity;
    for (int64_t i = 0; i < count; ++i) {
      memory[target + i] = memory[rows[static_cast<size_t>(i)]];
    }
  }
}

int64_t RowSet::bytes_per_row() const {
  const auto element = static_cast<int64_t>(keys_.element_size());
  return 2 * layout_.kv_heads * layout_.head_size * element +
         layout_.memory * static_cast<int64_t>(sizeof(float)) +
         static_cast<int64_t>(sizeof(int64_t));
}

}  // namespace multistate
