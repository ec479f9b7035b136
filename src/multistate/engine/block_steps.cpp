#include "multistate/engine/block_steps.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "multistate/engine/softmax.h"

namespace multistate {

BlockSteps::BlockSteps(SetInputs inputs, const LayerState& state, LayerState::Set& set)
    : inputs_(std::move(inputs)),
      state_(state),
      set_(set),
      future_(future_of_set(state, set, inputs_)) {
  if (state.setup().rotates_anew()) {
    moving_.emplace(inputs_, state, set);
  }
}

void BlockSteps::begin(const at::Tensor& logits, const BlockRows& rows, int64_t first) {
  weights_ = logits.data_ptr<float>();
  tokens_ = logits.size(1);
  rows_ = logits.size(2);
  first_ = first;
  find_matrices(rows, first);
  reserve();
  if (moving_) {
    moving_->begin(rows.keys, first, tokens_);
  }
}

void BlockSteps::find_matrices(const BlockRows& rows, int64_t first) {
  const PolicySetup& setup = state_.setup();
  if (setup.reads_queries()) {
    const auto queries = inputs_.queries.flatten(0, 1).narrow(1, first, tokens_);
    queries_ = readable(queries, queries_holder_);
  }
  if (setup.reads_keys()) {
    keys_ = readable(rows.keys, keys_holder_);
  }
  if (setup.needs.values) {
    values_ = readable(rows.values, values_holder_);
  }
}

void BlockSteps::reserve() {
  const auto rows = static_cast<size_t>(rows_);
  live_rows_ = rows_ - tokens_;
  live_bytes_.begin(set_.rows, tokens_);
  live_.assign(rows, 1);
  bias_.assign(rows, 0.0F);
  buffers_.reserve(state_.setup().needs, rows_, inputs_.head_size());
  evicted_.clear();
  evicted_.reserve(rows);
  oldest_ = 0;
  aside_weights_.resize(static_cast<size_t>(inputs_.heads()));
}

void BlockSteps::attend(int64_t token, StepData& data) {
  const int64_t visible = rows_ - tokens_ + token + 1;
  set_.trace.record_birth();
  ++live_rows_;
  set_.reads.add(live_rows_, inputs_.heads());
  live_bytes_.add();
  if (moving_) {
    moving_->write_logits(token, visible, weights_ + token * rows_, tokens_ * rows_);
  }
  softmax(token, visible);
  if (state_.window_of_policy()) {
    leave_window(token);
  }
  describe(token, visible, data);
}

void BlockSteps::leave_window(int64_t token) {
  const int64_t passed = state_.passed_after(set_.trace.tokens() - 1);
  const auto positions = set_.rows.positions();
  while (live_[static_cast<size_t>(oldest_)] == 0) {
    ++oldest_;
  }
  if (positions[static_cast<size_t>(oldest_)] > passed) {
    return;
  }
  remove(oldest_);
  aside_ = weights_ + token * rows_ + oldest_;
  for (size_t head = 0; head < aside_weights_.size(); ++head) {
    aside_weights_[head] =
        std::exchange(aside_[static_cast<int64_t>(head) * tokens_ * rows_], 0.0F);
  }
}

void BlockSteps::restore_weights() {
  for (size_t head = 0; aside_ != nullptr && head < aside_weights_.size(); ++head) {
    aside_[static_cast<int64_t>(head) * tokens_ * rows_] = aside_weights_[head];
  }
  aside_ = nullptr;
}

void BlockSteps::softmax(int64_t token, int64_t visible) {
  for (int64_t head = 0; head < inputs_.heads(); ++head) {
    float* weights = weights_ + (head * tokens_ + token) * rows_;
    inputs_.cap(weights, visible);
    softmax_row(weights, bias_.data(), visible);
    std::fill(weights + visible, weights + rows_, 0.0F);
  }
}

void BlockSteps::describe(int64_t token, int64_t visible, StepData& data) {
  data.live = std::span<const uint8_t>(live_).first(static_cast<size_t>(visible));
  data.live_rows = live_rows_;
  data.attention = {weights_ + token * rows_, tokens_ * rows_, 0};
  data.query = {queries_.data + token * queries_.row_stride, queries_.head_stride, 0};
  data.keys = keys_;
  data.values = values_;
  describe_set(state_, set_, data, static_cast<double>(set_.trace.tokens() - 1));
  if (future_.defined()) {
    show_future(future_, buffers_.future(visible), data);
  }
  buffers_.show(data);
}

void BlockSteps::remove(int64_t row) {
  const auto slot = static_cast<size_t>(row);
  if (moving_) {
    moving_->evict(row);
  }
  live_[slot] = 0;
  bias_[slot] = -INFINITY;
  evicted_.push_back(row);
  live_bytes_.remove(row);
  --live_rows_;
  set_.trace.record_eviction(set_.rows.positions()[slot], set_.trace.tokens() - 1);
}

void BlockSteps::evict(const Evictions& evictions) {
  restore_weights();
  for (const int64_t row : evictions.rows()) {
    remove(row);
  }
  set_.peak_rows = std::max(set_.peak_rows, live_rows_);
}

std::span<const int64_t> BlockSteps::end() {
  std::sort(evicted_.begin(), evicted_.end());
  return evicted_;
}

}  // namespace multistate
