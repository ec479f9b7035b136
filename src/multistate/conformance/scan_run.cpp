#include "multistate/conformance/scan_run.h"

#include <utility>

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>

namespace multistate {
namespace {

at::Tensor to_tensor(const std::vector<double>& data, int64_t heads, const NaiveInputs& inputs) {
  return at::tensor(data, at::kDouble)
      .to(at::kFloat)
      .view({heads, inputs.tokens, inputs.head_size});
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
                         SampleSeed seed, int64_t layer, at::ScalarType rows)
    : scan_(scan),
      all_{to_tensor(inputs.queries, inputs.heads, inputs),
           to_tensor(inputs.keys, inputs.kv_heads, inputs),
           to_tensor(inputs.values, inputs.kv_heads, inputs), inputs.ids},
      state_(attention_of(inputs), setup, {.layer = layer}, seed,
             {.tokens = inputs.tokens, .prompt = inputs.prompt, .question = inputs.question},
             rows) {}

void SteppedScan::advance(int64_t count) {
  const c10::InferenceMode inference;  // As the engine runs a scan: views that track no gradients.
  const auto part = [&](const at::Tensor& x) { return x.narrow(1, tokens_, count).contiguous(); };
  const auto ids = all_.ids.empty()
                       ? all_.ids
                       : all_.ids.subspan(static_cast<size_t>(tokens_), static_cast<size_t>(count));
  pieces_.push_back(
      scan_.attend({part(all_.queries), part(all_.keys), part(all_.values), ids}, state_));
  tokens_ += count;
}

ScanRun SteppedScan::result() && {
  const auto attended = at::cat(pieces_).contiguous();
  return {{attended.data_ptr<float>(), attended.data_ptr<float>() + attended.numel()},
          std::move(state_.sets())};
}

ScanRun run_scan(const LayerScan& scan, const NaiveInputs& inputs, const PolicySetup& setup,
                 SampleSeed seed, int64_t calls, at::ScalarType rows) {
  SteppedScan run(scan, inputs, setup, seed, inputs.layer, rows);
  for (int64_t call = 0; call < calls; ++call) {
    run.advance((call + 1) * inputs.tokens / calls - call * inputs.tokens / calls);
  }
  return std::move(run).result();
}

}  // namespace multistate
