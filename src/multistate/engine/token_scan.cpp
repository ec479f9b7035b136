#include <algorithm>
#include <cstdint>
#include <vector>

#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>

#include "multistate/engine/decision.h"
#include "multistate/engine/layer_scan.h"
#include "multistate/engine/set_inputs.h"

namespace multistate {
namespace {

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
    const auto logits = at::matmul(query.mul(inputs_.scale()), set_.rows.keys().transpose(1, 2));
    auto weights = at::softmax(logits, -1, at::kFloat);
    const auto values = set_.rows.values();
    inputs_.attended.select(0, token).copy_(at::matmul(weights.to(values.scalar_type()), values));
    return weights;
  }

  void decide_and_evict(const at::Tensor& query, const at::Tensor& weights, int64_t position) {
    const int64_t rows = set_.rows.rows();
    live_.assign(static_cast<size_t>(rows), 1);
    scratch_.resize(static_cast<size_t>(rows));
    StepData data = describe_set(setup_, set_, inputs_, rows, rows);
    data.step = position;
    data.layer = layer_;
    data.live = live_;
    at::Tensor weights_holder;
    at::Tensor query_holder;
    at::Tensor keys_holder;
    at::Tensor values_holder;
    const Needs& needs = setup_.needs;
    if (needs.attention) {
      data.attention = readable(weights.flatten(0, 1), weights_holder);
    }
    if (needs.query) {
      data.query = readable(query.flatten(0, 1), query_holder);
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
    const auto attended = make_attended(qkv);
    const auto sets = static_cast<int64_t>(state.sets().size());
    for (int64_t index = 0; index < sets; ++index) {
      const auto inputs = inputs_of_set(qkv, attended, index, sets);
      SetStepper stepper(inputs, state.setup(), state.layer(),
                         state.sets()[static_cast<size_t>(index)]);
      for (int64_t token = 0; token < inputs.tokens(); ++token) {
        stepper.step(token);
      }
    }
    return attended.flatten(1, 3);
  }
};

}  // namespace

const LayerScan& token_scan() {
  static const TokenScan scan;
  return scan;
}

}  // namespace multistate
