#include "multistate/engine/prompt_queries.h"

#include <algorithm>
#include <stdexcept>

#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/matmul.h>

#include "multistate/engine/softmax.h"
#include "multistate/model/row_kernels.h"

namespace multistate {

PromptQueries::PromptQueries(int64_t heads, int64_t head_size, const Needs& needs)
    : heads_(heads),
      size_(head_size),
      queries_(needs.prompt_queries),
      all_(needs.token_queries),
      again_(needs.replay.has_value()),
      ring_(static_cast<size_t>(heads * queries_ * head_size)) {}

void PromptQueries::add(const HeadMatrices& query) {
  if (over_) {
    return;
  }
  for (int64_t head = 0; head < heads_; ++head) {
    const float* from = query.data + head * query.head_stride;
    if (queries_ > 0) {
      const int64_t place = added_ % queries_;
      std::copy(from, from + size_, ring_.begin() + (head * queries_ + place) * size_);
    }
    if (all_) {
      each_token_.insert(each_token_.end(), from, from + size_);
    }
  }
  ++added_;
}

void PromptQueries::add_replay(const at::Tensor& weights, int64_t first, int64_t prompt) {
  replayed_.resize(static_cast<size_t>(heads_ * prompt));
  const float* from = weights.data_ptr<float>();
  for (int64_t head = 0; head < heads_; ++head, from += weights.size(1)) {
    std::copy(from, from + weights.size(1), replayed_.begin() + head * prompt + first);
  }
}

at::Tensor PromptQueries::in_order(int64_t count) const {
  auto ordered = at::empty({heads_, count, size_}, at::kFloat);
  auto* out = ordered.data_ptr<float>();
  for (int64_t head = 0; head < heads_; ++head) {
    for (int64_t index = 0; index < count; ++index, out += size_) {
      const int64_t place = (added_ - count + index) % queries_;
      const auto from = ring_.begin() + (head * queries_ + place) * size_;
      std::copy(from, from + size_, out);
    }
  }
  return ordered;
}

const PromptData& PromptQueries::attend(const AttentionSpec& attention, const StepData& step,
                                        int64_t question) {
  const auto rows = static_cast<int64_t>(step.positions.size());
  const int64_t count = std::min(queries_, rows);
  if (added_ < (all_ ? rows : count)) {
    throw std::logic_error("queries of the prompt are missing");
  }
  const bool missed = again_ && step.live_rows > step.capacity && replayed_.empty();
  if (missed) {
    throw std::logic_error("the prompt has not been read again");
  }
  data_ = {.queries = count,
           .question = question,
           .query = {},
           .attention = {},
           .token_queries = {each_token_.data(), size_, heads_ * size_},
           .replay = {replayed_.data(), rows, 0}};
  if (count == 0) {
    return data_;
  }
  shown_ = in_order(count);
  // from_blob() takes no pointer to const; nothing writes to the keys.
  const auto keys = at::from_blob(const_cast<float*>(step.keys.data), {step.kv_heads, rows, size_},
                                  {step.keys.head_stride, step.keys.row_stride, 1}, at::kFloat);
  const auto queries = shown_.view({step.kv_heads, -1, size_}).mul(attention.scale);
  attention_ = at::matmul(queries, keys.transpose(1, 2)).contiguous();
  auto* weights = attention_.data_ptr<float>();
  for (int64_t head = 0; head < heads_; ++head) {
    for (int64_t index = 0; index < count; ++index, weights += rows) {
      const int64_t visible = rows - count + index + 1;
      if (attention.logit_cap) {
        cap_row(weights, static_cast<float>(*attention.logit_cap), visible);
      }
      softmax_row(weights, nullptr, visible);
      std::fill(weights + visible, weights + rows, 0.0F);
    }
  }
  data_.query = {shown_.data_ptr<float>(), count * size_, size_};
  data_.attention = {attention_.data_ptr<float>(), count * rows, rows};
  return data_;
}

void PromptQueries::clear() {
  ring_ = {};
  each_token_ = {};
  replayed_ = {};
  shown_ = at::Tensor();
  attention_ = at::Tensor();
  over_ = true;
}

}  // namespace multistate
