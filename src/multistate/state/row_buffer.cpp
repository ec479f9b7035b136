#include "multistate/state/row_buffer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <ATen/ops/empty.h>

namespace multistate {

Survivors survivors_of(std::span<const int64_t> gone, int64_t rows) {
  const int64_t first = gone.empty() ? rows : gone.front();
  Survivors survivors = {first,
                         at::empty({rows - first - static_cast<int64_t>(gone.size())}, at::kLong)};
  auto* kept = survivors.index.data_ptr<int64_t>();
  auto next = gone.begin();
  for (int64_t row = first; row < rows; ++row) {
    if (next != gone.end() && row == *next) {
      ++next;
    } else {
      *kept++ = row;
    }
  }
  return survivors;
}

RowBuffer::RowBuffer(int64_t capacity, at::IntArrayRef entry, const at::TensorOptions& options)
    : least_capacity_(capacity) {
  std::vector<int64_t> shape = {capacity};
  shape.insert(shape.end(), entry.begin(), entry.end());
  storage_ = at::empty(shape, options);
}

RowBuffer::RowBuffer(const RowBuffer& other)
    : least_capacity_(other.least_capacity_),
      size_(other.size_),
      storage_(other.storage_.clone()) {}

void RowBuffer::append(const at::Tensor& entries) {
  const int64_t count = entries.size(0);
  const int64_t capacity = storage_.size(0);
  if (size_ + count > capacity) {
    reallocate(std::max(size_ + count, 2 * capacity));
  }
  storage_.narrow(0, size_, count).copy_(entries);
  size_ += count;
}

void RowBuffer::keep(const Survivors& survivors) {
  const auto index = survivors.index.to(storage_.device());
  storage_.narrow(0, survivors.first, survivors.moved()).copy_(storage_.index_select(0, index));
  size_ = survivors.first + survivors.moved();
  const int64_t enough = std::max(least_capacity_, size_);
  if (storage_.size(0) > 2 * enough) {
    reallocate(enough);
  }
}

void RowBuffer::reallocate(int64_t capacity) {
  std::vector<int64_t> shape = storage_.sizes().vec();
  shape.front() = capacity;
  auto other = at::empty(shape, storage_.options());
  other.narrow(0, 0, size_).copy_(view());
  storage_ = std::move(other);
}

int64_t RowBuffer::bytes_per_entry() const {
  return storage_.stride(0) * static_cast<int64_t>(storage_.element_size());
}

}  // namespace multistate
