#include "multistate/engine/future_attention.h"

#include <algorithm>
#include <vector>

#include <ATen/ops/matmul.h>
#include <ATen/ops/zeros.h>

#include "multistate/engine/softmax.h"
#include "multistate/model/host_memory.h"

namespace multistate {
namespace {

/// Queries handled together.
constexpr int64_t kQueryBlock = 64;

/// out [N] becomes gamma * (out + the weights of one query for the first `visible` of its logits,
/// or for those in its window, averaged over heads). `logits` [H, B, N] become weights on the way.
void add_weights(const SetInputs& inputs, const at::Tensor& logits, int64_t query, int64_t visible,
                 double gamma, std::vector<double>& out) {
  const int64_t heads = logits.size(0);
  const int64_t first = std::max(int64_t{0}, visible - inputs.window.value_or(visible));
  for (int64_t head = 0; head < heads; ++head) {
    float* weights = logits.data_ptr<float>() + (head * logits.size(1) + query) * logits.size(2);
    inputs.cap(weights + first, visible - first);
    softmax_row(weights + first, nullptr, visible - first);
    for (int64_t row = first; row < visible; ++row) {
      out[static_cast<size_t>(row)] +=
          static_cast<double>(weights[row]) / static_cast<double>(heads);
    }
  }
  for (int64_t row = 0; row < visible; ++row) {
    out[static_cast<size_t>(row)] *= gamma;
  }
}

}  // namespace

at::Tensor future_attention(const SetInputs& inputs, double gamma) {
  const int64_t tokens = inputs.tokens();
  auto out = at::zeros({tokens, tokens}, at::kFloat);
  auto* masses = out.data_ptr<float>();
  std::vector<double> received(static_cast<size_t>(tokens), 0.0);  // From the tokens after t.
  for (int64_t end = tokens; end > 0; end -= std::min(kQueryBlock, end)) {
    const int64_t count = std::min(kQueryBlock, end);
    const auto queries = inputs.queries.narrow(2, end - count, count).mul(inputs.scale);
    const auto keys = inputs.keys.narrow(1, 0, end).transpose(1, 2).unsqueeze(1);
    const auto logits = to_host(at::matmul(queries, keys)).flatten(0, 1).contiguous();
    for (int64_t t = end - 1; t >= end - count; --t) {
      std::copy_n(received.begin(), t + 1, masses + t * tokens);
      add_weights(inputs, logits, t - (end - count), t + 1, gamma, received);
    }
  }
  return out;
}

}  // namespace multistate
