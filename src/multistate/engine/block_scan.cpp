#include "multistate/engine/block_scan.h"

#include <algorithm>
#include <span>
#include <stdexcept>
#include <vector>

#include <ATen/ops/empty.h>

#include "multistate/base/stopwatch.h"
#include "multistate/engine/block_size.h"
#include "multistate/engine/block_steps.h"
#include "multistate/engine/decision.h"
#include "multistate/engine/set_inputs.h"
#include "multistate/model/host_memory.h"
#include "multistate/model/product.h"

namespace multistate {
namespace {

/// Runs sets of rows that are decided on together through all tokens of the call.
class GroupBlocks {
 public:
  GroupBlocks(const Qkv& qkv, const at::Tensor& attended, LayerState& state, int64_t first_set)
      : state_(state),
        first_set_(first_set),
        sets_(std::span(state.sets())
                  .subspan(static_cast<size_t>(first_set),
                           static_cast<size_t>(state.sets_in_group()))),
        decision_(state.setup(), sets_.size(), state.measures()),
        data_(sets_.size()),
        scores_(sets_.size()),
        buffers_(sets_.size()) {
    const auto all = static_cast<int64_t>(state.sets().size());
    for (size_t i = 0; i < sets_.size(); ++i) {
      steps_.emplace_back(
          inputs_of_set(qkv, attended, state.attention(), first_set + static_cast<int64_t>(i), all),
          state, sets_[i]);
    }
  }

  /// Adds the seconds of steps to `decisions`.
  void run(int64_t tokens, int64_t block, double& decisions) {
    for (int64_t first = 0; first < tokens;) {
      const int64_t count = std::min({block, tokens - first, steps_to_quantize()});
      attend(first, count, decisions);
      first += count;
    }
  }

 private:
  /// Rows do not change within a block, so it ends where they may be quantised.
  int64_t steps_to_quantize() const {
    int64_t steps = RowStore::kNever;
    for (const LayerState::Set& set : sets_) {
      steps = std::min(steps, state_.steps_to_quantize(set));
    }
    return steps;
  }

  void attend(int64_t first, int64_t count, double& decisions) {
    for (size_t i = 0; i < sets_.size(); ++i) {
      begin(i, first, count);
    }
    {
      const Stopwatch watch(decisions);
      for (int64_t token = 0; token < count; ++token) {
        const LayerState::Held held = step(token);
        if (token + 1 < count) {
          state_.note_held(first_set_, held);
        }
      }
    }
    for (size_t i = 0; i < sets_.size(); ++i) {
      finish(i, first, count);
    }
    state_.note_held(first_set_);
  }

  void begin(size_t i, int64_t first, int64_t count) {
    const SetInputs& inputs = steps_[i].inputs();
    append_rows(state_, sets_[i], inputs, first, count);
    decision_.reserve(sets_[i].rows.rows());
    buffers_[i].rows = {sets_[i].rows.keys(), sets_[i].rows.values()};
    const auto logits = space_for_logits(i, count);
    if (state_.setup().rotates_anew()) {
      weights_of(i) = host_space(logits);
    } else {
      multiply(i, first, count, logits);
      weights_of(i) = to_host(logits);
    }
    steps_[i].begin(weights_of(i).view({inputs.heads(), count, -1}), buffers_[i].rows, first);
  }

  /// Returns the rows that are left.
  LayerState::Held step(int64_t token) {
    LayerState::Held held;
    for (size_t i = 0; i < sets_.size(); ++i) {
      steps_[i].attend(token, data_[i]);
      scores_[i] = steps_[i].scores(data_[i]);
    }
    decision_.decide(data_, scores_);
    for (size_t i = 0; i < sets_.size(); ++i) {
      steps_[i].evict(decision_.evictions(i));
      held += steps_[i].held();
    }
    return held;
  }

  void finish(size_t i, int64_t first, int64_t count) {
    const SetInputs& inputs = steps_[i].inputs();
    const auto weights = space_for_logits(i, count);
    from_host(weights_of(i), weights);
    auto attended =
        at::empty({weights.size(0), weights.size(1), inputs.head_size()}, inputs.queries.options());
    batched_product(weights, buffers_[i].rows.values, attended);
    inputs.attended.narrow(0, first, count)
        .copy_(attended.view({inputs.kv_heads(), -1, count, inputs.head_size()})
                   .permute({2, 0, 1, 3}));
    buffers_[i].rows = {};
    sets_[i].rows.erase(steps_[i].end());
    state_.quantize(sets_[i]);
  }

  /// [G, H/G * B, N], in memory that the blocks share.
  at::Tensor space_for_logits(size_t i, int64_t count) {
    const SetInputs& inputs = steps_[i].inputs();
    const int64_t rows = sets_[i].rows.rows();
    const int64_t size = inputs.heads() * count * rows;
    at::Tensor& buffer = buffers_[i].logits;
    if (!buffer.defined() || buffer.numel() < size) {
      buffer = at::empty({size}, inputs.queries.options());
    }
    return buffer.narrow(0, 0, size).view({inputs.kv_heads(), -1, rows});
  }

  /// Logits [G, H/G * B, N] of B queries for all rows.
  void multiply(size_t i, int64_t first, int64_t count, at::Tensor logits) {
    const SetInputs& inputs = steps_[i].inputs();
    const auto queries = inputs.queries.narrow(2, first, count).mul(inputs.scale).flatten(1, 2);
    batched_product(queries, buffers_[i].rows.keys.transpose(1, 2), logits);
  }

  at::Tensor& weights_of(size_t i) { return buffers_[i].weights; }

  struct Buffers {
    BlockRows rows;
    at::Tensor logits;   ///< On the device; weights go back to where they lay.
    at::Tensor weights;  ///< Of the block under way, on the host.
  };

  LayerState& state_;
  int64_t first_set_;
  std::span<LayerState::Set> sets_;
  std::vector<BlockSteps> steps_;
  GroupDecision decision_;
  std::vector<StepData> data_;
  std::vector<std::span<float>> scores_;
  std::vector<Buffers> buffers_;
};

}  // namespace

at::Tensor BlockScan::attend(const Qkv& qkv, LayerState& state) const {
  if (state.selects()) {
    throw std::invalid_argument("rows are selected by the causal scan and by the token step only");
  }
  const auto attended = make_attended(qkv);
  const auto sets = static_cast<int64_t>(state.sets().size());
  double unasked = 0.0;
  double& decisions = decisions_ != nullptr ? *decisions_ : unasked;
  for (int64_t first = 0; first < sets; first += state.sets_in_group()) {
    GroupBlocks(qkv, attended, state, first)
        .run(qkv.tokens(), block_.value_or(block_size(state.setup())), decisions);
  }
  return attended.flatten(1, 3);
}

const LayerScan& block_scan() {
  static const BlockScan scan;
  return scan;
}

}  // namespace multistate
