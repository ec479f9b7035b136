#include "multistate/engine/kept_attention.h"

#include <algorithm>
#include <stdexcept>

#include <ATen/ops/empty.h>
#include <c10/util/Half.h>

#include "multistate/engine/future_attention.h"
#include "multistate/engine/set_inputs.h"

namespace multistate {
namespace {

/// Sums value(step, row) over the rows that were evicted, `step` being that after which they were.
template <class Value>
double sum_of_evicted(const RowTrace& trace, const Value& value) {
  double sum = 0.0;
  for (int64_t row = 0; row < trace.tokens(); ++row) {
    const int64_t step = trace.evicted_at()[static_cast<size_t>(row)];
    if (step != RowTrace::kAlive) {
      sum += static_cast<double>(value(step, row));
    }
  }
  return sum;
}

}  // namespace

double lost_attention(const at::Tensor& received, const RowTrace& trace) {
  const auto* values = received.data_ptr<float>();
  const int64_t tokens = received.size(1);
  return sum_of_evicted(trace,
                        [&](int64_t step, int64_t row) { return values[step * tokens + row]; });
}

FullAttention::FullAttention(int64_t layers, int64_t kv_heads, int64_t tokens)
    : kv_heads_(kv_heads), tokens_(tokens), received_(static_cast<size_t>(layers * kv_heads)) {}

int64_t FullAttention::bytes(int64_t layers, int64_t kv_heads, int64_t tokens) {
  return layers * kv_heads * tokens * (tokens + 1) / 2 * static_cast<int64_t>(sizeof(c10::Half));
}

void FullAttention::set(int64_t layer, int64_t kv_head, const at::Tensor& received) {
  const auto packed = at::empty({tokens_ * (tokens_ + 1) / 2}, at::kHalf);
  const auto halves = received.to(at::kHalf);
  const auto* from = halves.data_ptr<c10::Half>();
  auto* to = packed.data_ptr<c10::Half>();
  for (int64_t step = 0; step < tokens_; ++step, from += tokens_) {
    to = std::copy_n(from, step + 1, to);
  }
  received_[static_cast<size_t>(layer * kv_heads_ + kv_head)] = packed;
}

double FullAttention::lost(int64_t layer, int64_t kv_head, const RowTrace& trace) const {
  const at::Tensor& packed = received_[static_cast<size_t>(layer * kv_heads_ + kv_head)];
  const auto* values = packed.data_ptr<c10::Half>();
  return sum_of_evicted(trace, [&](int64_t step, int64_t row) {
    return static_cast<float>(values[step * (step + 1) / 2 + row]);
  });
}

std::vector<double> FullAttention::kept_by_layer(const SampleState& state) const {
  if (state.tokens != tokens_) {
    throw std::invalid_argument("the attention is that of a sample of another length");
  }
  std::vector<double> kept;
  for (const LayerState& layer : state.layers) {
    const int64_t heads_of_set = kv_heads_ / static_cast<int64_t>(layer.sets().size());
    int64_t kv_head = 0;
    double lost_in_layer = 0.0;
    for (const LayerState::Set& set : layer.sets()) {
      for (int64_t head = 0; head < heads_of_set; ++head) {
        lost_in_layer += lost(layer.layer(), kv_head++, set.trace);
      }
    }
    kept.push_back(1.0 - lost_in_layer / static_cast<double>(tokens_ * kv_heads_));
  }
  return kept;
}

at::Tensor FullAttentionScan::attend(const Qkv& qkv, LayerState& state) const {
  auto attended = scan_for(state.setup()).attend(qkv, state);
  const auto space = make_attended(qkv);
  const int64_t kv_heads = qkv.keys.size(0);
  for (int64_t kv_head = 0; kv_head < kv_heads; ++kv_head) {
    const auto inputs = inputs_of_set(qkv, space, state.attention(), kv_head, kv_heads);
    attention_.set(state.layer(), kv_head, future_attention(inputs, 1.0));
  }
  return attended;
}

}  // namespace multistate
