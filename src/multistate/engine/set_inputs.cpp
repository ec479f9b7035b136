#include "multistate/engine/set_inputs.h"

#include <algorithm>
#include <stdexcept>

#include <ATen/ops/empty.h>
#include <fmt/format.h>

#include "multistate/engine/eviction_plan.h"
#include "multistate/engine/future_attention.h"
#include "multistate/engine/value_norms.h"
#include "multistate/model/host_memory.h"
#include "multistate/model/row_kernels.h"
#include "multistate/policy/policy_error.h"

namespace multistate {
namespace {

/// Evictions after each step of a sample, and what is protected.
PlanRules rules_of(const LayerState& state, const LayerState::Set& set) {
  PlanRules rules;
  rules.sinks = state.first_rows();
  rules.recent = state.newest_rows(set);
  int64_t live = 0;
  for (int64_t step = 0; step < state.length().tokens; ++step) {
    ++live;
    const int64_t excess =
        live > state.capacity_after(step, set) ? live - state.state_size(set) : 0;
    rules.evictions.push_back(excess);
    live -= excess;
  }
  return rules;
}

/// The eviction step of each row in the best plan, the same at every step: [T, T] over T floats.
at::Tensor planned_steps(const LayerState& state, const LayerState::Set& set,
                         const SetInputs& inputs) {
  const auto later = future_attention(inputs, 1.0);
  const auto plan = plan_evictions({later.data_ptr<float>(), static_cast<size_t>(later.numel())},
                                   rules_of(state, set));
  const auto steps = at::empty({inputs.tokens()}, at::kFloat);
  std::copy(plan.begin(), plan.end(), steps.data_ptr<float>());
  return steps.expand({inputs.tokens(), inputs.tokens()});
}

/// Takes the newest query in where the policy cuts the prompt by its newest queries, and shows them
/// at its end.
void describe_prompt(const LayerState& state, LayerState::Set& set, StepData& data) {
  const SampleLength& length = state.length();
  data.prompt = nullptr;
  if (!state.setup().cuts_by_prompt()) {
    return;
  }
  if (data.step >= length.prompt) {
    set.prompt_queries.clear();
    return;
  }
  set.prompt_queries.add(data.query);
  if (data.step + 1 == length.prompt) {
    data.prompt = &set.prompt_queries.attend(state.attention(), data, length.question);
  }
}

}  // namespace

void SetInputs::cap(float* logits, int64_t size) const {
  if (logit_cap) {
    cap_row(logits, static_cast<float>(*logit_cap), size);
  }
}

at::Tensor make_attended(const Qkv& qkv) {
  const int64_t kv_heads = qkv.keys.size(0);
  const int64_t group = qkv.queries.size(0) / kv_heads;
  return at::empty({qkv.tokens(), kv_heads, group, qkv.keys.size(2)}, qkv.queries.options());
}

SetInputs inputs_of_set(const Qkv& qkv, const at::Tensor& attended, const AttentionSpec& attention,
                        int64_t index, int64_t sets) {
  const int64_t width = attended.size(1) / sets;
  const int64_t first = index * width;
  const auto queries =
      qkv.queries.unflatten(0, {attended.size(1), attended.size(2)}).narrow(0, first, width);
  const auto heads = queries.size(0) * queries.size(1);
  const auto output = qkv.output.defined()
                          ? qkv.output.view({-1, queries.size(3), qkv.output.size(1)})
                                .narrow(0, index * heads, heads)
                          : at::Tensor();
  return {.queries = queries,
          .keys = qkv.keys.narrow(0, first, width),
          .values = qkv.values.narrow(0, first, width),
          .attended = attended.narrow(1, first, width),
          .ids = qkv.ids,
          .output = output,
          .scale = attention.scale,
          .logit_cap = attention.logit_cap,
          .window = attention.window};
}

HeadMatrices readable(const at::Tensor& tensor, at::Tensor& holder) {
  holder = to_host(tensor);
  const bool rows = holder.dim() == 3;
  return {holder.data_ptr<float>(), holder.stride(0), rows ? holder.stride(1) : 0};
}

void append_rows(const LayerState& state, LayerState::Set& set, const SetInputs& inputs,
                 int64_t first, int64_t count) {
  const PolicySetup& setup = state.setup();
  const Needs& needs = setup.needs;
  const auto values = inputs.values.narrow(1, first, count);
  set.rows.append(inputs.keys.narrow(1, first, count), values, set.trace.tokens());
  const auto field = [&](int64_t index) {
    return set.rows.memory() + index * set.rows.memory_stride() + set.rows.rows() - count;
  };
  if (needs.knows_tokens() || setup.protects_tokens()) {
    if (static_cast<int64_t>(inputs.ids.size()) != inputs.tokens()) {
      throw std::invalid_argument("tokens are read or protected, and their ids are not given");
    }
    const auto added = inputs.ids.subspan(static_cast<size_t>(first), static_cast<size_t>(count));
    set.protected_tokens.add(added);
    if (needs.knows_tokens()) {
      // A float holds every integer up to 2^24, and no vocabulary is as large.
      std::copy(added.begin(), added.end(), field(needs.memory));
    }
  }
  if (needs.value_norms) {
    if (!inputs.output.defined()) {
      throw std::invalid_argument("the policy reads norms, without the output projection");
    }
    write_value_norms(values, inputs.output, field(needs.norm_field()));
  }
}

void describe_heads(const LayerState& state, LayerState::Set& set, StepData& data) {
  const PolicySetup& setup = state.setup();
  const AttentionSpec& attention = state.attention();
  const auto sets = std::ssize(state.sets());
  data.layer = state.layer();
  data.layers = state.layers();
  data.state_size = state.state_size(set);
  data.heads = attention.heads / sets;
  data.kv_heads = attention.kv_heads / sets;
  data.head_size = attention.head_size;
  data.logit_scale = attention.scale;
  if (setup.calibration != nullptr) {
    const int64_t index = &set - state.sets().data();
    data.calibration = setup.calibration->layers.at(static_cast<size_t>(state.layer()))
                           .heads_from(index * data.heads, index * data.kv_heads);
  }
  data.attention_change = state.attention_change();
  data.set_memory = set.memory.data();
  data.random = &set.random;
  data.rotary_frequencies = state.rotary_frequencies();
}

void describe_set(const LayerState& state, LayerState::Set& set, StepData& data, double place) {
  const PolicySetup& setup = state.setup();
  const auto slots = static_cast<int64_t>(data.live.size());
  describe_heads(state, set, data);
  data.step = set.trace.tokens() - 1;
  data.capacity = state.capacity_after(data.step, set);
  data.positions = set.rows.positions().first(data.live.size());
  data.sinks = std::min(state.first_rows(), data.step + 1);
  // Protected rows are the first and the last slots as well, since they stay; but a window passes
  // the first ones, too.
  const auto sinks = data.positions.first(static_cast<size_t>(std::min(data.sinks, slots)));
  data.first_candidate =
      std::lower_bound(sinks.begin(), sinks.end(), state.first_rows()) - sinks.begin();
  data.end_candidates = std::max(data.first_candidate, slots - state.newest_rows(set));
  set.protected_tokens.mark(data);
  data.memory = set.rows.memory();
  data.memory_stride = set.rows.memory_stride();
  if (setup.token_kinds != nullptr) {
    data.token_kinds = *setup.token_kinds;
  }
  if (setup.needs.query_statistics) {
    if (data.step >= setup.common.sinks) {
      set.queries.add(data.query, place, data.rotary_frequencies);
    }
    data.query_mean = set.queries.mean();
    data.query_covariance = set.queries.covariance();
  }
  data.observed = !setup.decides_prompt_only();
  describe_prompt(state, set, data);
}

at::Tensor future_of_set(const LayerState& state, const LayerState::Set& set,
                         const SetInputs& inputs) {
  if (!state.setup().needs.future) {
    return {};
  }
  if (set.trace.tokens() != 0 || inputs.tokens() != state.length().tokens) {
    throw PolicyError(Breach::kNeeds,
                      fmt::format("policy {} sees the future, so it can only run samples that are "
                                  "known as a whole",
                                  state.setup().entry->info.name));
  }
  const Future& future = *state.setup().needs.future;
  return future.exact ? planned_steps(state, set, inputs) : future_attention(inputs, future.gamma);
}

void show_future(const at::Tensor& future, std::span<float> buffer, StepData& data) {
  const float* scores = future.data_ptr<float>() + data.step * future.stride(0);
  for (size_t row = 0; row < buffer.size(); ++row) {
    buffer[row] = scores[data.positions[row]];
  }
  data.future = buffer;
}

}  // namespace multistate
