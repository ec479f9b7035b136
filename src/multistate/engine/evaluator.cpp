#include "multistate/engine/evaluator.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include <c10/core/InferenceMode.h>

#include "multistate/engine/cross_entropy.h"

namespace multistate {
namespace {

/// Tokens that pass through a layer together: enough for products at full speed, few enough that
/// their activations stay in the cache.
constexpr int64_t kSegment = 512;

/// Adds the time until its end to a total.
class Stopwatch {
 public:
  explicit Stopwatch(double& total) : total_(total) {}
  ~Stopwatch() {
    total_ += std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  double& total_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

StateUse use_of(const SampleState& state) {
  StateUse use;
  for (const LayerState& layer : state.layers) {
    use.peak_bytes += layer.peak_bytes();
    for (const LayerState::Set& set : layer.sets()) {
      use.peak_rows = std::max(use.peak_rows, set.peak_rows);
      use.evictions += set.trace.evictions();
      use.rows_created += set.trace.tokens();
      use.total_lifetime += set.trace.total_lifetime();
    }
  }
  return use;
}

}  // namespace

Evaluator::Evaluator(const Transformer& model, const PolicySetup& setup, const LayerScan* scan)
    : model_(model), setup_(setup), scan_(scan != nullptr ? *scan : scan_for(setup)) {}

Evaluation Evaluator::evaluate(std::span<const int64_t> ids, SampleSeed seed) const {
  if (ids.size() < 2) {
    throw std::invalid_argument("a sample needs two tokens or more: the first predicts the second");
  }
  const c10::InferenceMode inference;
  Evaluation evaluation;
  SampleState state = start(seed, static_cast<int64_t>(ids.size()));
  for (size_t first = 0; first < ids.size(); first += kSegment) {
    const auto segment = ids.subspan(first, std::min<size_t>(kSegment, ids.size() - first));
    const auto hidden = advance(segment, state, evaluation.seconds);
    const Stopwatch watch(evaluation.seconds.logits);
    // The last token of the sample predicts nothing that is known.
    const auto next = ids.subspan(first + 1, std::min(segment.size(), ids.size() - first - 1));
    const auto losses =
        cross_entropy(model_, hidden.narrow(0, 0, static_cast<int64_t>(next.size())), next);
    evaluation.losses.insert(evaluation.losses.end(), losses.begin(), losses.end());
  }
  evaluation.state = use_of(state);
  return evaluation;
}

SampleState Evaluator::start(SampleSeed seed, int64_t tokens) const {
  SampleState state;
  for (int64_t layer = 0; layer < model_.config().layers; ++layer) {
    state.layers.emplace_back(model_.config(), setup_, layer, seed, tokens, model_.options());
  }
  return state;
}

at::Tensor Evaluator::advance(std::span<const int64_t> ids, SampleState& state,
                              PhaseSeconds& seconds) const {
  const c10::InferenceMode inference;
  const auto table = model_.rotary_table(state.tokens, static_cast<int64_t>(ids.size()));
  auto hidden = model_.embed(ids);
  for (int64_t layer = 0; layer < model_.config().layers; ++layer) {
    Qkv qkv;
    at::Tensor attended;
    {
      const Stopwatch watch(seconds.linears);
      qkv = model_.project(layer, hidden, table);
    }
    {
      const Stopwatch watch(seconds.scan);
      attended = scan_.attend(qkv, state.layers[static_cast<size_t>(layer)]);
    }
    {
      const Stopwatch watch(seconds.linears);
      model_.finish(layer, hidden, attended);
    }
  }
  state.tokens += static_cast<int64_t>(ids.size());
  return hidden;
}

}  // namespace multistate
