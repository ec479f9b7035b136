#include "multistate/engine/block_steps.h"

#include <algorithm>
#include <cmath>

#include "multistate/engine/decision.h"
#include "multistate/engine/softmax.h"

namespace multistate {

BlockSteps::BlockSteps(const SetInputs& inputs, const PolicySetup& setup, int64_t layer,
                       LayerState::Set& set)
    : inputs_(inputs), setup_(setup), layer_(layer), set_(set) {}

void BlockSteps::run(const at::Tensor& logits, int64_t first) {
  at::Tensor queries_holder;
  at::Tensor keys_holder;
  at::Tensor values_holder;
  Block block = {.weights = logits.data_ptr<float>(),
                 .tokens = logits.size(1),
                 .rows = logits.size(2),
                 .queries = {},
                 .keys = {},
                 .values = {}};
  if (setup_.needs.query) {
    const auto queries = inputs_.queries.flatten(0, 1).narrow(1, first, block.tokens);
    block.queries = readable(queries, queries_holder);
  }
  if (setup_.needs.keys) {
    block.keys = readable(set_.rows.keys(), keys_holder);
  }
  if (setup_.needs.values) {
    block.values = readable(set_.rows.values(), values_holder);
  }
  reserve(block);
  for (int64_t token = 0; token < block.tokens; ++token) {
    step(block, token);
  }
  std::sort(evicted_.begin(), evicted_.end());
}

void BlockSteps::reserve(const Block& block) {
  const auto rows = static_cast<size_t>(block.rows);
  live_rows_ = block.rows - block.tokens;
  live_.assign(rows, 1);
  bias_.assign(rows, 0.0F);
  scratch_.resize(rows);
  evicted_.clear();
  evicted_.reserve(rows);
  evictions_.reserve(block.rows);
}

void BlockSteps::step(const Block& block, int64_t token) {
  const int64_t position = set_.trace.tokens();
  set_.trace.record_birth();
  ++live_rows_;
  attend(block, token);
  decide_and_mark(block, token, position);
  set_.peak_rows = std::max(set_.peak_rows, live_rows_);
}

void BlockSteps::attend(const Block& block, int64_t token) {
  const int64_t visible = block.rows - block.tokens + token + 1;
  for (int64_t head = 0; head < inputs_.heads(); ++head) {
    float* weights = block.weights + (head * block.tokens + token) * block.rows;
    softmax_row(weights, bias_.data(), visible);
    std::fill(weights + visible, weights + block.rows, 0.0F);
  }
}

void BlockSteps::decide_and_mark(const Block& block, int64_t token, int64_t position) {
  const int64_t visible = block.rows - block.tokens + token + 1;
  StepData data = describe_set(setup_, set_, inputs_, visible, live_rows_);
  data.step = position;
  data.layer = layer_;
  data.live = std::span<const uint8_t>(live_).first(static_cast<size_t>(visible));
  data.attention = {block.weights + token * block.rows, block.tokens * block.rows, 0};
  data.query = {block.queries.data + token * block.queries.row_stride, block.queries.head_stride,
                0};
  data.keys = block.keys;
  data.values = block.values;
  const auto scratch = std::span<float>(scratch_).first(static_cast<size_t>(visible));
  decide(setup_, StepView(data, setup_.needs), scratch, evictions_);
  for (const int64_t row : evictions_.rows()) {
    const auto slot = static_cast<size_t>(row);
    live_[slot] = 0;
    bias_[slot] = -INFINITY;
    evicted_.push_back(row);
    set_.trace.record_eviction(set_.rows.positions()[slot], position);
  }
  live_rows_ -= static_cast<int64_t>(evictions_.rows().size());
}

}  // namespace multistate
