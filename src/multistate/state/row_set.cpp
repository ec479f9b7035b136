#include "multistate/state/row_set.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "multistate/state/float_rows.h"
#include "multistate/state/moved_runs.h"

namespace multistate {
namespace {

std::unique_ptr<RowStore> make_store(const RowSet::Layout& layout,
                                     const at::TensorOptions& options) {
  if (layout.quantization) {
    return std::make_unique<QuantizedRows>(layout.capacity, layout.kv_heads, layout.head_size,
                                           *layout.quantization, options);
  }
  return std::make_unique<FloatRows>(layout.capacity, layout.kv_heads, layout.head_size, options);
}

}  // namespace

RowSet::RowSet(const Layout& layout, const at::TensorOptions& options)
    : fields_(layout.memory),
      least_capacity_(layout.capacity),
      store_(make_store(layout, options)),
      memory_capacity_(layout.capacity),
      memory_(static_cast<size_t>(layout.memory * layout.capacity)) {
  positions_.reserve(static_cast<size_t>(layout.capacity));
}

RowSet::RowSet(const RowSet& other)
    : fields_(other.fields_),
      least_capacity_(other.least_capacity_),
      store_(other.store_->copy()),
      positions_(other.positions_),
      memory_capacity_(other.memory_capacity_),
      memory_(other.memory_) {}

void RowSet::reallocate_memory(int64_t capacity) {
  std::vector<float> memory(static_cast<size_t>(fields_ * capacity));
  for (int64_t field = 0; field < fields_; ++field) {
    std::copy_n(memory_.begin() + field * memory_capacity_, rows(),
                memory.begin() + field * capacity);
  }
  memory_ = std::move(memory);
  memory_capacity_ = capacity;
}

void RowSet::append(const at::Tensor& keys, const at::Tensor& values, int64_t first_position) {
  const int64_t before = rows();
  const int64_t count = keys.size(1);
  store_->append(keys, values);
  if (before + count > memory_capacity_) {
    reallocate_memory(std::max(before + count, 2 * memory_capacity_));
  }
  for (int64_t i = 0; i < count; ++i) {
    positions_.push_back(first_position + i);
  }
  for (int64_t field = 0; field < fields_; ++field) {
    std::fill_n(memory_.begin() + field * memory_capacity_ + before, count, 0.0F);
  }
}

void RowSet::erase(std::span<const int64_t> rows) {
  if (rows.empty()) {
    return;
  }
  store_->erase(rows);
  each_moved_run(rows, this->rows(), [&](int64_t to, int64_t from, int64_t count) {
    std::copy_n(positions_.begin() + from, count, positions_.begin() + to);
    for (int64_t field = 0; field < fields_; ++field) {
      const auto memory = memory_.begin() + field * memory_capacity_;
      std::copy_n(memory + from, count, memory + to);
    }
  });
  positions_.resize(positions_.size() - rows.size());
  const int64_t enough = std::max(least_capacity_, this->rows());
  if (memory_capacity_ > 2 * enough) {
    reallocate_memory(enough);
  }
}

RowCosts RowSet::costs() const {
  const int64_t own =
      fields_ * static_cast<int64_t>(sizeof(float)) + static_cast<int64_t>(sizeof(int64_t));
  RowCosts costs = store_->costs();
  costs.row += own;
  costs.quantized_row += own;
  return costs;
}

int64_t RowSet::bytes() const {
  const RowCosts costs = this->costs();
  const auto groups = this->groups();
  const int64_t quantized = std::accumulate(groups.begin(), groups.end(), int64_t{0});
  return (rows() - quantized) * costs.row + quantized * costs.quantized_row +
         static_cast<int64_t>(groups.size()) * costs.group;
}

}  // namespace multistate
