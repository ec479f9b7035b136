#include <algorithm>
#include <cmath>
#include <cstdint>

#include <ATen/ops/empty_like.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>

#include "multistate/engine/layer_scan.h"

namespace multistate {
namespace {

/// Queries handled together: enough for the products to run at full speed, few enough that the
/// weights of all rows for them stay small.
constexpr int64_t kBlock = 128;

class CausalScan final : public LayerScan {
 public:
  at::Tensor attend(const Qkv& qkv, LayerState& state) const override {
    LayerState::Set& set = state.sets().front();
    const int64_t before = set.rows.rows();
    const int64_t tokens = qkv.tokens();
    set.rows.append(qkv.keys, qkv.values, before);
    for (int64_t token = 0; token < tokens; ++token) {
      set.trace.record_birth();
    }
    set.peak_rows = set.rows.rows();
    const int64_t kv_heads = qkv.keys.size(0);
    const auto queries = qkv.queries.mul(1.0 / std::sqrt(static_cast<double>(qkv.keys.size(2))))
                             .view({kv_heads, -1, tokens, qkv.keys.size(2)});
    const auto attended = at::empty_like(queries);
    for (int64_t first = 0; first < tokens; first += kBlock) {
      const int64_t count = std::min(kBlock, tokens - first);
      const int64_t visible = before + first + count;
      attended.narrow(2, first, count)
          .copy_(attend_block(queries.narrow(2, first, count),
                              set.rows.keys().narrow(1, 0, visible),
                              set.rows.values().narrow(1, 0, visible)));
    }
    return attended.flatten(0, 1).transpose(0, 1).flatten(1, 2);
  }

 private:
  /// Queries [G, H/G, B, D] are those of the last B of the N rows; keys and values are [G, N, D].
  static at::Tensor attend_block(const at::Tensor& queries, const at::Tensor& keys,
                                 const at::Tensor& values) {
    const int64_t count = queries.size(2);
    const int64_t rows = keys.size(1);
    const auto logits = at::matmul(queries, keys.transpose(1, 2).unsqueeze(1));
    const auto future =
        at::ones({count, count}, queries.options().dtype(at::kBool)).triu(/*diagonal=*/1);
    logits.narrow(3, rows - count, count).masked_fill_(future, -INFINITY);
    const auto weights = at::softmax(logits, -1, at::kFloat).to(values.scalar_type());
    return at::matmul(weights, values.unsqueeze(1));
  }
};

}  // namespace

const LayerScan& causal_scan() {
  static const CausalScan scan;
  return scan;
}

const LayerScan& scan_for(const PolicySetup& setup) {
  return setup.bounded() ? block_scan() : causal_scan();
}

}  // namespace multistate
