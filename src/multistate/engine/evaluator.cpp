#include "multistate/engine/evaluator.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

#include <ATen/ops/logsumexp.h>
#include <ATen/ops/tensor.h>
#include <c10/core/InferenceMode.h>

namespace multistate {
namespace {

/// Tokens whose logits are held at once: V floats each.
constexpr int64_t kLogitsBlock = 128;

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

void add_use(const LayerState& state, StateUse& use) {
  use.peak_bytes += state.peak_bytes();
  for (const LayerState::Set& set : state.sets()) {
    use.peak_rows = std::max(use.peak_rows, set.peak_rows);
    use.evictions += set.trace.evictions();
    use.rows_created += set.trace.tokens();
    use.total_lifetime += set.trace.total_lifetime();
  }
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
  const auto hidden = hidden_states(ids, seed, evaluation);
  const Stopwatch watch(evaluation.seconds.logits);
  evaluation.losses = losses(hidden, ids);
  return evaluation;
}

at::Tensor Evaluator::hidden_states(std::span<const int64_t> ids, SampleSeed seed,
                                    Evaluation& use) const {
  const c10::InferenceMode inference;
  const auto tokens = static_cast<int64_t>(ids.size());
  const auto table = model_.rotary_table(0, tokens);
  auto hidden = model_.embed(ids);
  for (int64_t layer = 0; layer < model_.config().layers; ++layer) {
    LayerState state(model_.config(), setup_, layer, seed, tokens, model_.options());
    Qkv qkv;
    at::Tensor attended;
    {
      const Stopwatch watch(use.seconds.linears);
      qkv = model_.project(layer, hidden, table);
    }
    {
      const Stopwatch watch(use.seconds.scan);
      attended = scan_.attend(qkv, state);
    }
    {
      const Stopwatch watch(use.seconds.linears);
      hidden = model_.finish(layer, hidden, attended);
    }
    add_use(state, use.state);
  }
  return hidden;
}

std::vector<double> Evaluator::losses(const at::Tensor& hidden,
                                      std::span<const int64_t> ids) const {
  const auto predictions = static_cast<int64_t>(ids.size()) - 1;
  std::vector<double> losses;
  losses.reserve(static_cast<size_t>(predictions));
  for (int64_t first = 0; first < predictions; first += kLogitsBlock) {
    const int64_t count = std::min(kLogitsBlock, predictions - first);
    const auto logits = model_.logits(hidden.narrow(0, first, count));
    const auto next =
        at::tensor(at::ArrayRef<int64_t>(ids.data() + first + 1, static_cast<size_t>(count)),
                   at::kLong)
            .to(logits.device());
    const auto chosen = logits.gather(1, next.unsqueeze(1)).squeeze(1);
    const auto block =
        at::logsumexp(logits, {1}).sub_(chosen).to(at::kCPU, at::kDouble).contiguous();
    losses.insert(losses.end(), block.data_ptr<double>(), block.data_ptr<double>() + count);
  }
  return losses;
}

}  // namespace multistate
