#include "multistate/experiment/full_cache.h"

#include <algorithm>
#include <vector>

#include <ATen/ops/cat.h>
#include <c10/core/InferenceMode.h>

#include "multistate/engine/evaluator.h"

namespace multistate {

FullCacheRun run_full_cache(const Transformer& model, std::span<const int64_t> ids,
                            bool with_attention) {
  const c10::InferenceMode inference;
  const auto tokens = static_cast<int64_t>(ids.size());
  FullCacheRun run;
  if (with_attention) {
    run.attention.emplace(model.spec().layer_count(),
                          model.spec().layers.front().attention.kv_heads, tokens);
  }
  std::optional<FullAttentionScan> scan;
  if (with_attention) {
    scan.emplace(*run.attention);
  }
  const Evaluator evaluator(model, keep_all_setup(), scan ? &*scan : nullptr);
  auto state = evaluator.start({}, {.tokens = tokens});
  const size_t segment = with_attention ? ids.size() : static_cast<size_t>(Evaluator::kSegment);
  std::vector<at::Tensor> segments;
  PhaseSeconds seconds;
  for (size_t first = 0; first < ids.size(); first += segment) {
    const auto part = ids.subspan(first, std::min(segment, ids.size() - first));
    segments.push_back(evaluator.advance(part, state, seconds));
  }
  run.hidden = at::cat(segments);
  return run;
}

}  // namespace multistate
