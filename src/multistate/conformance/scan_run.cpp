#include "multistate/conformance/scan_run.h"

#include <algorithm>
#include <utility>

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>

#include "multistate/engine/layer_shares.h"
#include "multistate/engine/replay.h"
#include "multistate/model/host_memory.h"

namespace multistate {
namespace {

at::Tensor to_tensor(const std::vector<double>& data, int64_t heads, const NaiveInputs& inputs,
                     const at::Device& device) {
  return at::tensor(data, at::kDouble)
      .to(at::kFloat)
      .view({heads, inputs.tokens, inputs.head_size})
      .to(device);
}

at::Tensor output_of(const NaiveInputs& inputs, const at::Device& device) {
  if (inputs.output.empty()) {
    return {};
  }
  return at::tensor(inputs.output, at::kDouble)
      .to(at::kFloat)
      .view({inputs.heads * inputs.head_size, -1})
      .to(device);
}

AttentionSpec attention_of(const NaiveInputs& inputs) {
  AttentionSpec attention;
  attention.heads = inputs.heads;
  attention.kv_heads = inputs.kv_heads;
  attention.head_size = inputs.head_size;
  attention.scale = inputs.logit_scale();
  attention.logit_cap = inputs.logit_cap;
  attention.window = inputs.window;
  attention.rotation.theta = inputs.rope_theta;
  attention.rotation.size = inputs.turned();
  return attention;
}

}  // namespace

SteppedScan::SteppedScan(const LayerScan& scan, const NaiveInputs& inputs, const PolicySetup& setup,
                         SampleSeed seed, int64_t layer, const at::TensorOptions& rows)
    : scan_(scan),
      all_{to_tensor(inputs.queries, inputs.heads, inputs, rows.device()),
           to_tensor(inputs.keys, inputs.kv_heads, inputs, rows.device()),
           to_tensor(inputs.values, inputs.kv_heads, inputs, rows.device()), inputs.ids,
           output_of(inputs, rows.device())},
      state_(attention_of(inputs), setup, {.layer = layer}, seed,
             {.tokens = inputs.tokens, .prompt = inputs.prompt, .question = inputs.question},
             rows) {
  share_out_first({&state_, 1});
}

at::Tensor SteppedScan::attend(int64_t count, LayerState& state) const {
  const auto part = [&](const at::Tensor& x) { return x.narrow(1, tokens_, count).contiguous(); };
  const auto ids = all_.ids.empty()
                       ? all_.ids
                       : all_.ids.subspan(static_cast<size_t>(tokens_), static_cast<size_t>(count));
  return scan_.attend({part(all_.queries), part(all_.keys), part(all_.values), ids, all_.output},
                      state);
}

void SteppedScan::read_again() {
  const c10::InferenceMode inference;
  const int64_t last = state_.length().prompt - 1;
  for (const PromptPart& part : parts_of(*state_.setup().needs.replay, last + 1)) {
    const auto again = [&](const at::Tensor& x) {
      return at::cat({x.narrow(1, last, 1), x.narrow(1, part.first, part.count)}, 1);
    };
    std::vector<int64_t> ids;
    if (!all_.ids.empty()) {
      ids.push_back(all_.ids[static_cast<size_t>(last)]);
      const auto begin = all_.ids.begin() + part.first;
      ids.insert(ids.end(), begin, begin + part.count);
    }
    const Qkv qkv = {again(all_.queries), again(all_.keys), again(all_.values), ids, all_.output};
    LayerState longer = going_on(state_, part.count);
    scan_.attend(qkv, longer);
    note_replay(qkv.queries, longer, part, state_);
  }
}

std::vector<float> SteppedScan::measure() const {
  const c10::InferenceMode inference;
  LayerState apart = state_;
  apart.measure_only();
  attend(1, apart);
  return {apart.measures().begin(), apart.measures().end()};
}

void SteppedScan::advance(int64_t count) {
  const c10::InferenceMode inference;  // As the engine runs a scan: views that track no gradients.
  for (const int64_t end = tokens_ + count; tokens_ < end;) {
    int64_t next = end - tokens_;
    if (const auto left = state_.tokens_to_measure()) {
      next = *left == 0 ? 1 : std::min(next, *left);
      if (*left == 0 && state_.setup().replays()) {
        read_again();
      }
      if (*left == 0 && state_.setup().shares_out_prompt()) {
        const auto sets = std::ssize(state_.sets());  // The layer is alone.
        state_.keep(shares_of(state_.setup(), measure(), sets));
      }
    }
    pieces_.push_back(attend(next, state_));
    tokens_ += next;
  }
}

ScanRun SteppedScan::result() && {
  const auto attended = to_host(at::cat(pieces_)).contiguous();
  return {{attended.data_ptr<float>(), attended.data_ptr<float>() + attended.numel()},
          std::move(state_.sets())};
}

ScanRun run_scan(const LayerScan& scan, const NaiveInputs& inputs, const PolicySetup& setup,
                 SampleSeed seed, int64_t calls, const at::TensorOptions& rows) {
  SteppedScan run(scan, inputs, setup, seed, inputs.layer, rows);
  for (int64_t call = 0; call < calls; ++call) {
    run.advance((call + 1) * inputs.tokens / calls - call * inputs.tokens / calls);
  }
  return std::move(run).result();
}

}  // namespace multistate
