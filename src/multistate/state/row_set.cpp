#include "multistate/state/row_set.h"

#include <algorithm>
#include <stdexcept>

#include <ATen/ops/empty.h>
#include <fmt/format.h>

namespace multistate {
namespace {

/// Moves rows [first, end) of storage [G, capacity, D] down to start at `target`. Through a copy,
/// since source and target may overlap.
void move_rows(const at::Tensor& storage, int64_t first, int64_t end, int64_t target) {
  const int64_t count = end - first;
  storage.narrow(1, target, count).copy_(storage.narrow(1, first, count).clone());
}

}  // namespace

RowSet::RowSet(const Layout& layout, const at::TensorOptions& options)
    : layout_(layout),
      keys_(at::empty({layout.kv_heads, layout.capacity, layout.head_size}, options)),
      values_(at::empty({layout.kv_heads, layout.capacity, layout.head_size}, options)),
      memory_(static_cast<size_t>(layout.memory * layout.capacity)) {
  positions_.reserve(static_cast<size_t>(layout.capacity));
}

at::Tensor RowSet::keys() const {
  return keys_.narrow(1, 0, rows());
}

at::Tensor RowSet::values() const {
  return values_.narrow(1, 0, rows());
}

void RowSet::append(const at::Tensor& keys, const at::Tensor& values, int64_t first_position) {
  const int64_t before = rows();
  const int64_t count = keys.size(1);
  if (before + count > layout_.capacity) {
    throw std::logic_error(
        fmt::format("{} rows do not fit into a set for {}", before + count, layout_.capacity));
  }
  keys_.narrow(1, before, count).copy_(keys);
  values_.narrow(1, before, count).copy_(values);
  for (int64_t i = 0; i < count; ++i) {
    positions_.push_back(first_position + i);
    for (int64_t field = 0; field < layout_.memory; ++field) {
      memory_[static_cast<size_t>(field * layout_.capacity + before + i)] = 0.0F;
    }
  }
}

void RowSet::erase(std::span<const int64_t> rows) {
  int64_t target = rows.empty() ? 0 : rows.front();
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t first = rows[i] + 1;
    const int64_t end = i + 1 < rows.size() ? rows[i + 1] : this->rows();
    if (first == end) {
      continue;
    }
    move_rows(keys_, first, end, target);
    move_rows(values_, first, end, target);
    std::copy(positions_.begin() + first, positions_.begin() + end, positions_.begin() + target);
    for (int64_t field = 0; field < layout_.memory; ++field) {
      const auto row = memory_.begin() + field * layout_.capacity;
      std::copy(row + first, row + end, row + target);
    }
    target += end - first;
  }
  positions_.resize(positions_.size() - rows.size());
}

int64_t RowSet::bytes_per_row() const {
  const auto element = static_cast<int64_t>(keys_.element_size());
  return 2 * layout_.kv_heads * layout_.head_size * element +
         layout_.memory * static_cast<int64_t>(sizeof(float)) +
         static_cast<int64_t>(sizeof(int64_t));
}

}  // namespace multistate
