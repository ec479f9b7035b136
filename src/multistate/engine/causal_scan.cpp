#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>

#include <ATen/ops/arange.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/softmax.h>

#include "multistate/engine/layer_scan.h"
#include "multistate/engine/selection.h"
#include "multistate/engine/set_inputs.h"
#include "multistate/engine/softmax.h"
#include "multistate/model/host_memory.h"
#include "multistate/model/layers.h"
#include "multistate/model/product.h"

namespace multistate {
namespace {

/// Queries handled together: enough for the products to run at full speed, few enough that the
/// weights of one key/value head for them stay in the cache while rows are some thousands.
constexpr int64_t kBlock = 64;

/// Logits [H/G, B, N] of the last B of N tokens to softmax weights in place, where they lie: 0 for
/// tokens to come. Nothing is decided, so that they need not come to the host.
void causal_softmax_on_device(const SetInputs& inputs, const at::Tensor& logits) {
  if (inputs.logit_cap) {
    cap_in_place(logits, *inputs.logit_cap);
  }
  const auto token = at::arange(logits.size(1), logits.options()).unsqueeze(1);
  const auto row = at::arange(logits.size(2), logits.options());
  const auto to_come = row.gt(token.add(logits.size(2) - logits.size(1)));
  logits.copy_(at::softmax(logits.masked_fill(to_come, -INFINITY), -1));
}

/// The same on the host, in float32, a row at a time.
void causal_softmax(const SetInputs& inputs, const at::Tensor& logits) {
  const int64_t count = logits.size(1);
  const int64_t rows = logits.size(2);
  auto* weights = logits.data_ptr<float>();
  for (int64_t head = 0; head < logits.size(0); ++head) {
    for (int64_t token = 0; token < count; ++token, weights += rows) {
      const int64_t visible = rows - count + token + 1;
      inputs.cap(weights, visible);
      softmax_row(weights, nullptr, visible);
      std::fill(weights + visible, weights + rows, 0.0F);
    }
  }
}

class CausalScan final : public LayerScan {
 public:
  at::Tensor attend(const Qkv& qkv, LayerState& state) const override {
    LayerState::Set& set = state.sets().front();
    const int64_t before = set.rows.rows();
    set.rows.append(qkv.keys, qkv.values, before);
    for (int64_t token = 0; token < qkv.tokens(); ++token) {
      set.trace.record_birth();
    }
    set.peak_rows = set.rows.rows();
    const auto attended = make_attended(qkv);
    const auto inputs = inputs_of_set(qkv, attended, state.attention(), 0, 1);
    std::optional<Selection> selection;
    if (state.selects()) {
      selection.emplace(inputs, state, set);
    } else {
      count_reads(before, inputs, set);
    }
    const auto buffer = at::empty(
        {inputs.heads() / inputs.kv_heads() * std::min(kBlock, inputs.tokens()) * set.rows.rows()},
        qkv.queries.options());
    for (int64_t first = 0; first < inputs.tokens(); first += kBlock) {
      const int64_t count = std::min(kBlock, inputs.tokens() - first);
      for (int64_t kv_head = 0; kv_head < inputs.kv_heads(); ++kv_head) {
        attend_block(inputs, set.rows, kv_head, {first, count, before + first + count}, buffer,
                     selection);
      }
    }
    state.note_held(0);
    return attended.flatten(1, 3);
  }

 private:
  /// Queries [first, first + count) of the call, which see the first `rows` of the set.
  struct Block {
    int64_t first = 0;
    int64_t count = 0;
    int64_t rows = 0;
  };

  /// Every query reads all rows up to its own.
  static void count_reads(int64_t before, const SetInputs& inputs, LayerState::Set& set) {
    for (int64_t token = 0; token < inputs.tokens(); ++token) {
      set.reads.add(before + token + 1, inputs.heads());
    }
  }

  /// Turns logits [H/G, B, N] into weights, in place.
  static void weigh(const SetInputs& inputs, int64_t kv_head, const Block& block,
                    const at::Tensor& logits, const at::Tensor& keys,
                    std::optional<Selection>& selection) {
    if (!selection && !logits.is_cpu()) {
      causal_softmax_on_device(inputs, logits);
      return;
    }
    const auto weights = to_host(logits);
    if (selection) {
      selection->attend(kv_head, block.first, weights, keys.select(0, 0));
    } else {
      causal_softmax(inputs, weights);
    }
    from_host(weights, logits);
  }

  static void attend_block(const SetInputs& inputs, const RowSet& set, int64_t kv_head,
                           const Block& block, const at::Tensor& buffer,
                           std::optional<Selection>& selection) {
    const auto queries = inputs.queries.narrow(0, kv_head, 1)
                             .narrow(2, block.first, block.count)
                             .mul(inputs.scale)
                             .flatten(1, 2);
    const auto rows_of = [&](const at::Tensor& all) {
      return all.narrow(0, kv_head, 1).narrow(1, 0, block.rows);
    };
    const auto keys = rows_of(set.keys());
    const auto values = rows_of(set.values());
    auto logits = buffer.narrow(0, 0, queries.size(1) * block.rows).view({1, -1, block.rows});
    batched_product(queries, keys.transpose(1, 2), logits);
    weigh(inputs, kv_head, block, logits.view({-1, block.count, block.rows}), keys, selection);
    auto attended = at::empty({1, queries.size(1), inputs.head_size()}, queries.options());
    batched_product(logits, values, attended);
    inputs.attended.select(1, kv_head)
        .narrow(0, block.first, block.count)
        .copy_(attended.view({-1, block.count, inputs.head_size()}).transpose(0, 1));
  }
};

}  // namespace

const LayerScan& causal_scan() {
  static const CausalScan scan;
  return scan;
}

}  // namespace multistate
