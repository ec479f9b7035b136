#include "multistate/state/row_buffer.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include "multistate/state/moved_runs.h"

namespace multistate {

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

void RowBuffer::erase(std::span<const int64_t> entries) {
  if (entries.empty()) {
    return;
  }
  close_gaps(entries);
  size_ -= static_cast<int64_t>(entries.size());
  const int64_t enough = std::max(least_capacity_, size_);
  if (storage_.size(0) > 2 * enough) {
    reallocate(enough);
  }
}

void RowBuffer::close_gaps(std::span<const int64_t> gone) {
  if (storage_.is_cpu()) {
    auto* data = static_cast<std::byte*>(storage_.data_ptr());
    const int64_t size = bytes_per_entry();
    each_moved_run(gone, size_, [&](int64_t to, int64_t from, int64_t count) {
      std::memmove(data + to * size, data + from * size, static_cast<size_t>(count * size));
    });
    return;
  }
  std::vector<int64_t> stay;
  each_moved_run(gone, size_, [&](int64_t /*to*/, int64_t from, int64_t count) {
    for (int64_t entry = from; entry < from + count; ++entry) {
      stay.push_back(entry);
    }
  });
  const auto index = at::tensor(stay, at::kLong).to(storage_.device());
  storage_.narrow(0, gone.front(), index.size(0)).copy_(storage_.index_select(0, index));
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
