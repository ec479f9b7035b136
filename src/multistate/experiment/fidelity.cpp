#include "multistate/experiment/fidelity.h"

#include <algorithm>
#include <cmath>

#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/stopwatch.h"

namespace multistate {
namespace {

int64_t attention_bytes(const DecoderSpec& spec, int64_t tokens) {
  return FullAttention::bytes(spec.layer_count(), spec.layers.front().attention.kv_heads, tokens);
}

}  // namespace

void FidelityOptions::visit(OptionVisitor& v) {
  v("fidelity", fidelity,
    "compare every prediction with the full cache's: KL divergence, same top token, change of the "
    "right token's probability");
  v("kept_attention", kept_attention,
    "measure the share of the full cache's attention that falls on rows which the policy still "
    "holds; takes memory quadratic in context_length");
}

void FidelityOptions::check_model(const DecoderSpec& spec, int64_t tokens) const {
  if (!kept_attention) {
    return;
  }
  const int64_t kv_heads = spec.layers.front().attention.kv_heads;
  const int64_t attention = attention_bytes(spec, tokens);
  if (attention > kAttentionBytes) {
    constexpr double kGigabyte = 1024.0 * 1024.0 * 1024.0;
    const auto sets = static_cast<double>(spec.layer_count() * kv_heads);
    throw InputError(fmt::format(
        "experiment.kept_attention: the attention of {} tokens in {} layers with {} key/value "
        "heads takes {:.1f} GiB a sample, more than {:.0f} GiB; at most {} tokens fit with this "
        "model: shorten experiment.context_length or turn kept_attention off",
        tokens, spec.layer_count(), kv_heads, static_cast<double>(attention) / kGigabyte,
        static_cast<double>(kAttentionBytes) / kGigabyte,
        static_cast<int64_t>(std::sqrt(static_cast<double>(kAttentionBytes) / sets + 0.25) - 0.5)));
  }
}

int64_t FidelityOptions::bytes(const DecoderSpec& spec, int64_t tokens,
                               at::ScalarType dtype) const {
  if (!fidelity && !kept_attention) {
    return 0;
  }
  const int64_t hidden = tokens * spec.hidden_size * static_cast<int64_t>(at::elementSize(dtype));
  return hidden + (kept_attention ? attention_bytes(spec, tokens) : 0);
}

void ComparedEvaluation::append(const Transformer& model, const at::Tensor& hidden,
                                const at::Tensor& full, std::span<const int64_t> next) {
  if (!full.defined()) {
    const Stopwatch watch(evaluation.seconds.logits);
    evaluation.append(predict(model, hidden, next));
    return;
  }
  divergences.resize(evaluation.losses.size());
  const auto made = predict_and_compare(model, hidden, full, next, evaluation.seconds.logits);
  evaluation.append(made.predictions);
  divergences.insert(divergences.end(), made.divergences.begin(), made.divergences.end());
}

ComparedEvaluation Fidelity::evaluate(int64_t sample, std::span<const int64_t> ids, int64_t prompt,
                                      const RunContext& context) const {
  const c10::InferenceMode inference;
  const auto tokens = static_cast<int64_t>(ids.size());
  const SampleLength length = {.tokens = tokens, .prompt = prompt};
  const int64_t unchanged = context.policy.tokens_before_first_eviction(length);
  std::shared_ptr<const FullCacheRun> full;
  if (unchanged < tokens) {
    full = runs_.get(sample,
                     [&] { return run_full_cache(context.model, ids, options_.kept_attention); });
  }
  const Evaluator evaluator(context.model, context.policy);
  ComparedEvaluation compared;
  auto state =
      evaluator.start({.seed = context.seed, .sample = static_cast<uint64_t>(sample)}, length);
  const int64_t segment = context.policy.needs.future ? tokens : Evaluator::kSegment;
  for (int64_t first = 0; first < tokens; first += segment) {
    const auto part = ids.subspan(static_cast<size_t>(first),
                                  static_cast<size_t>(std::min(segment, tokens - first)));
    const auto hidden = evaluator.advance(part, state, compared.evaluation.seconds);
    // The last token of the sample predicts nothing that is known.
    const int64_t count = std::min(hidden.size(0), tokens - 1 - first);
    const auto next = ids.subspan(static_cast<size_t>(first) + 1, static_cast<size_t>(count));
    const bool differs = options_.fidelity && first + count > unchanged;
    compared.append(context.model, hidden.narrow(0, 0, count),
                    differs ? full->hidden.narrow(0, first, count) : at::Tensor(), next);
  }
  compared.divergences.resize(options_.fidelity ? ids.size() - 1 : 0);
  compared.evaluation.state = use_of(state);
  compared.evaluation.computed_tokens = tokens + state.tokens_beside;
  if (options_.kept_attention) {
    compared.kept_by_layer = full == nullptr ? std::vector<double>(state.layers.size(), 1.0)
                                             : full->attention->kept_by_layer(state);
  }
  return compared;
}

}  // namespace multistate
