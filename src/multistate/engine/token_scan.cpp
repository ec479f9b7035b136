#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include <ATen/ops/empty_like.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>

#include "multistate/engine/decision.h"
#include "multistate/engine/layer_scan.h"

namespace multistate {
namespace {

/// The heads of one set, over the tokens of the call.
struct SetInputs {
  at::Tensor queries;   ///< [G, H/G, T, D], scaled by 1/sqrt(D).
  at::Tensor keys;      ///< [G, T, D]
  at::Tensor values;    ///< [G, T, D]
  at::Tensor attended;  ///< [G, H/G, T, D], to be filled in.
};

/// A tensor [heads, ..., size] where a policy can read it, in float32. `holder` keeps a copy alive
/// when one is needed.
HeadMatrices readable(const at::Tensor& tensor, at::Tensor& holder) {
  holder = tensor.to(at::kCPU, at::kFloat);
  const bool rows = holder.dim() == 3;
  return {holder.data_ptr<float>(), holder.stride(0), rows ? holder.stride(1) : 0};
}

/// Runs one set of rows through all tokens of the call.
class SetStepper {
 public:
  SetStepper(const SetInputs& inputs, const PolicySetup& setup, int64_t layer, LayerState::Set& set)
      : inputs_(inputs), setup_(setup), layer_(layer), set_(set) {}

  void step(int64_t token) {
    const int64_t position = set_.trace.tokens();
    set_.rows.append(inputs_.keys.narrow(1, token, 1), inputs_.values.narrow(1, token, 1),
                     position);
    set_.trace.record_birth();
    const auto query = inputs_.queries.select(2, token);
    const auto weights = attend(query, token);
    decide_and_evict(query, weights, position);
    set_.peak_rows = std::max(set_.peak_rows, set_.rows.rows());
  }

 private:
  /// Returns the softmax weights [G, H/G, N] in float32.
  at::Tensor attend(const at::Tensor& query, int64_t token) {
    const auto logits = at::matmul(query, set_.rows.keys().transpose(1, 2));
    auto weights = at::softmax(logits, -1, at::kFloat);
    const auto values = set_.rows.values();
    inputs_.attended.select(2, token).copy_(at::matmul(weights.to(values.scalar_type()), values));
    return weights;
  }

  void decide_and_evict(const at::Tensor& query, const at::Tensor& weights, int64_t position) {
    const int64_t rows = set_.rows.rows();
    live_.assign(static_cast<size_t>(rows), 1);
    scratch_.resize(static_cast<size_t>(rows));
    StepData data = describe(position);
    at::Tensor weights_holder;
    at::Tensor query_holder;
    at::Tensor keys_holder;
    at::Tensor values_holder;
    const Needs& needs = setup_.needs;
    if (needs.attention) {
      data.attention = readable(weights.flatten(0, 1), weights_holder);
    }
    if (needs.query) {
      // The policy sees the query itself, not the scaled one.
      data.query = readable(query.mul(scale()).flatten(0, 1), query_holder);
    }
    if (needs.keys) {
      data.keys = readable(set_.rows.keys(), keys_holder);
    }
    if (needs.values) {
      data.values = readable(set_.rows.values(), values_holder);
    }
    decide(setup_, StepView(data, needs), scratch_, evictions_);
    for (const int64_t row : evictions_.rows()) {
      set_.trace.record_eviction(set_.rows.positions()[static_cast<size_t>(row)], position);
    }
    set_.rows.erase(evictions_.rows());
  }

  StepData describe(int64_t position) {
    const int64_t rows = set_.rows.rows();
    StepData data;
    data.step = position;
    data.layer = layer_;
    data.state_size = setup_.state_size;
    data.capacity = setup_.capacity();
    data.live_rows = rows;
    data.heads = inputs_.queries.size(0) * inputs_.queries.size(1);
    data.kv_heads = inputs_.keys.size(0);
    data.head_size = inputs_.keys.size(2);
    data.positions = set_.rows.positions();
    data.live = live_;
    data.first_candidate = std::min(setup_.common.sinks, rows);
    data.end_candidates = std::max(data.first_candidate, rows - setup_.recent());
    data.memory = set_.rows.memory();
    data.memory_stride = set_.rows.memory_stride();
    data.random = &set_.random;
    return data;
  }

  double scale() const { return std::sqrt(static_cast<double>(inputs_.keys.size(2))); }

  const SetInputs& inputs_;
  const PolicySetup& setup_;
  int64_t layer_;
  LayerState::Set& set_;
  std::vector<uint8_t> live_;
  std::vector<float> scratch_;
  Evictions evictions_;
};

class TokenScan final : public LayerScan {
 public:
  at::Tensor attend(const Qkv& qkv, LayerState& state) const override {
    const int64_t kv_heads = qkv.keys.size(0);
    const int64_t tokens = qkv.tokens();
    const int64_t head_size = qkv.keys.size(2);
    const int64_t group = qkv.queries.size(0) / kv_heads;
    const auto queries = qkv.queries.mul(1.0 / std::sqrt(static_cast<double>(head_size)))
                             .view({kv_heads, group, tokens, head_size});
    const auto attended = at::empty_like(queries);
    const auto sets = static_cast<int64_t>(state.sets().size());
    const int64_t width = kv_heads / sets;
    for (int64_t index = 0; index < sets; ++index) {
      const int64_t first = index * width;
      const SetInputs inputs = {queries.narrow(0, first, width), qkv.keys.narrow(0, first, width),
                                qkv.values.narrow(0, first, width),
                                attended.narrow(0, first, width)};
      SetStepper stepper(inputs, state.setup(), state.layer(),
                         state.sets()[static_cast<size_t>(index)]);
      for (int64_t token = 0; token < tokens; ++token) {
        stepper.step(token);
      }
    }
    return attended.flatten(0, 1).transpose(0, 1).flatten(1, 2);
  }
};

}  // namespace

const LayerScan& token_scan() {
  static const TokenScan scan;
  return scan;
}

}  // namespace multistate
