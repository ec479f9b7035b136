#include "multistate/engine/set_inputs.h"

#include <algorithm>
#include <cmath>

#include <ATen/ops/empty.h>

namespace multistate {

double SetInputs::scale() const {
  return 1.0 / std::sqrt(static_cast<double>(head_size()));
}

at::Tensor make_attended(const Qkv& qkv) {
  const int64_t kv_heads = qkv.keys.size(0);
  const int64_t group = qkv.queries.size(0) / kv_heads;
  return at::empty({qkv.tokens(), kv_heads, group, qkv.keys.size(2)}, qkv.queries.options());
}

SetInputs inputs_of_set(const Qkv& qkv, const at::Tensor& attended, int64_t index, int64_t sets) {
  const int64_t width = attended.size(1) / sets;
  const int64_t first = index * width;
  const auto queries =
      qkv.queries.unflatten(0, {attended.size(1), attended.size(2)}).narrow(0, first, width);
  return {queries, qkv.keys.narrow(0, first, width), qkv.values.narrow(0, first, width),
          attended.narrow(1, first, width)};
}

HeadMatrices readable(const at::Tensor& tensor, at::Tensor& holder) {
  holder = tensor.to(at::kCPU, at::kFloat);
  const bool rows = holder.dim() == 3;
  return {holder.data_ptr<float>(), holder.stride(0), rows ? holder.stride(1) : 0};
}

StepData describe_set(const PolicySetup& setup, LayerState::Set& set, const SetInputs& inputs,
                      int64_t slots, int64_t live_rows) {
  StepData data;
  data.state_size = setup.state_size;
  data.capacity = setup.capacity();
  data.live_rows = live_rows;
  data.heads = inputs.heads();
  data.kv_heads = inputs.kv_heads();
  data.head_size = inputs.head_size();
  data.positions = set.rows.positions().first(static_cast<size_t>(slots));
  // Protected rows never die, so they are the first and the last slots as well.
  data.first_candidate = std::min(setup.common.sinks, slots);
  data.end_candidates = std::max(data.first_candidate, slots - setup.recent());
  data.memory = set.rows.memory();
  data.memory_stride = set.rows.memory_stride();
  data.random = &set.random;
  return data;
}

}  // namespace multistate
