#include "multistate/engine/key_ranges.h"

#include <iterator>

#include "multistate/base/vectorize.h"
#include "multistate/model/host_memory.h"

namespace multistate {
namespace {

constexpr auto kFloatBytes = static_cast<int64_t>(sizeof(float));

MULTISTATE_VECTORIZE
void extend(float* least, float* largest, const float* key, int64_t size) {
#pragma omp simd
  for (int64_t i = 0; i < size; ++i) {
    least[i] = key[i] < least[i] ? key[i] : least[i];
    largest[i] = key[i] > largest[i] ? key[i] : largest[i];
  }
}

}  // namespace

void KeyRanges::reserve(int64_t rows) {
  for (Head& head : heads_) {
    head.ranges.reserve(static_cast<size_t>(floats_of(rows)));
  }
}

void KeyRanges::add(int64_t kv_head, const float* key) {
  if (heads_.empty()) {
    return;
  }
  Head& head = heads_[static_cast<size_t>(kv_head)];
  if (head.rows++ % page_rows_ == 0) {
    head.ranges.insert(head.ranges.end(), key, key + head_size_);
    head.ranges.insert(head.ranges.end(), key, key + head_size_);
    return;
  }
  float* largest = head.ranges.data() + std::ssize(head.ranges) - head_size_;
  extend(largest - head_size_, largest, key, head_size_);
}

void KeyRanges::add(const at::Tensor& keys) {
  if (heads_.empty()) {
    return;
  }
  const int64_t rows = keys.size(1);
  const at::Tensor readable = to_host(keys).contiguous();
  const float* key = readable.data_ptr<float>();
  for (int64_t i = 0; i < std::ssize(heads_) * rows; ++i, key += head_size_) {
    add(i / rows, key);
  }
}

int64_t KeyRanges::bytes() const {
  int64_t floats = 0;
  for (const Head& head : heads_) {
    floats += std::ssize(head.ranges);
  }
  return floats * kFloatBytes;
}

int64_t KeyRanges::bytes_of(int64_t rows) const {
  return heads_.empty() ? 0 : std::ssize(heads_) * floats_of(rows) * kFloatBytes;
}

}  // namespace multistate
