#include "multistate/engine/block_scan.h"

#include <algorithm>

#include <ATen/ops/bmm.h>
#include <ATen/ops/empty.h>

#include "multistate/engine/block_size.h"
#include "multistate/engine/block_steps.h"
#include "multistate/engine/set_inputs.h"

namespace multistate {
namespace {

/// Runs one set of rows through all tokens of the call.
class SetBlocks {
 public:
  SetBlocks(const SetInputs& inputs, LayerState& state, LayerState::Set& set)
      : inputs_(inputs), set_(set), steps_(inputs, state.setup(), state.layer(), set) {}

  void run(int64_t block) {
    for (int64_t first = 0; first < inputs_.tokens(); first += block) {
      attend(first, std::min(block, inputs_.tokens() - first));
    }
  }

 private:
  void attend(int64_t first, int64_t count) {
    set_.rows.append(inputs_.keys.narrow(1, first, count), inputs_.values.narrow(1, first, count),
                     set_.trace.tokens());
    // On the CPU this is the buffer itself.
    const auto weights = logits(first, count).to(at::kCPU, at::kFloat);
    steps_.run(weights.view({inputs_.heads(), count, -1}), first);
    const auto values = set_.rows.values();
    const auto attended = at::bmm(weights.to(values.options()), values)
                              .view({inputs_.kv_heads(), -1, count, inputs_.head_size()})
                              .permute({2, 0, 1, 3});
    inputs_.attended.narrow(0, first, count).copy_(attended);
    set_.rows.erase(steps_.evicted());
  }

  /// Logits [G, H/G * B, N] of B queries for all rows, in memory that the blocks share.
  at::Tensor logits(int64_t first, int64_t count) {
    const auto queries = inputs_.queries.narrow(2, first, count).mul(inputs_.scale()).flatten(1, 2);
    const int64_t rows = set_.rows.rows();
    const int64_t size = inputs_.heads() * count * rows;
    if (!buffer_.defined() || buffer_.numel() < size) {
      buffer_ = at::empty({size}, inputs_.queries.options());
    }
    auto out = buffer_.narrow(0, 0, size).view({inputs_.kv_heads(), -1, rows});
    return at::bmm_out(out, queries, set_.rows.keys().transpose(1, 2));
  }

  const SetInputs& inputs_;
  LayerState::Set& set_;
  BlockSteps steps_;
  at::Tensor buffer_;
};

}  // namespace

at::Tensor BlockScan::attend(const Qkv& qkv, LayerState& state) const {
  const auto attended = make_attended(qkv);
  const auto sets = static_cast<int64_t>(state.sets().size());
  for (int64_t index = 0; index < sets; ++index) {
    const auto inputs = inputs_of_set(qkv, attended, index, sets);
    SetBlocks(inputs, state, state.sets()[static_cast<size_t>(index)])
        .run(block_.value_or(block_size(state.setup())));
  }
  return attended.flatten(1, 3);
}

const LayerScan& block_scan() {
  static const BlockScan scan;
  return scan;
}

}  // namespace multistate
