#include "multistate/conformance/scan_run.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>
#include <fmt/format.h>

namespace multistate {
namespace {

at::Tensor to_tensor(const std::vector<double>& data, int64_t heads, const NaiveInputs& inputs) {
  return at::tensor(data, at::kDouble)
      .to(at::kFloat)
      .view({heads, inputs.tokens, inputs.head_size});
}

std::string options(const char* scope, bool protect, int64_t every) {
  return fmt::format("{{scope: {}, sinks: {}, recent: {}, every: {}}}", scope, protect ? 1 : 0,
                     protect ? 2 : 0, every);
}

}  // namespace

ScanRun run_scan(const LayerScan& scan, const NaiveInputs& inputs, const PolicySetup& setup,
                 SampleSeed seed, int64_t calls) {
  TransformerConfig config;
  config.layers = 1;
  config.heads = inputs.heads;
  config.kv_heads = inputs.kv_heads;
  config.head_size = inputs.head_size;
  LayerState state(config, setup, 0, seed, inputs.tokens, at::kFloat);
  const auto queries = to_tensor(inputs.queries, inputs.heads, inputs);
  const auto keys = to_tensor(inputs.keys, inputs.kv_heads, inputs);
  const auto values = to_tensor(inputs.values, inputs.kv_heads, inputs);
  std::vector<at::Tensor> pieces;
  for (int64_t call = 0; call < calls; ++call) {
    const int64_t first = call * inputs.tokens / calls;
    const int64_t count = (call + 1) * inputs.tokens / calls - first;
    const Qkv qkv = {queries.narrow(1, first, count).contiguous(),
                     keys.narrow(1, first, count).contiguous(),
                     values.narrow(1, first, count).contiguous()};
    pieces.push_back(scan.attend(qkv, state));
  }
  const auto attended = at::cat(pieces).contiguous();
  return {{attended.data_ptr<float>(), attended.data_ptr<float>() + attended.numel()},
          std::move(state.sets())};
}

std::vector<PolicyCase> policy_cases(int64_t state_size) {
  std::vector<PolicyCase> cases;
  for (const std::string& name : policy_registry().names()) {
    if (!policy_registry().find(name)->info.bounded) {
      cases.push_back({name, set_up_policy(name, 0)});
      continue;
    }
    for (const char* scope : {"layer", "kv_head"}) {
      for (const bool protect : {false, true}) {
        for (const int64_t every : {1, 3}) {
          if (protect && state_size <= 3) {
            continue;
          }
          const auto yaml = options(scope, protect, every);
          cases.push_back({fmt::format("{} k={} {}", name, state_size, yaml),
                           set_up_policy(name, state_size, yaml)});
        }
      }
    }
  }
  return cases;
}

}  // namespace multistate
