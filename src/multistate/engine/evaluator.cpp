#include "multistate/engine/evaluator.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include <ATen/ops/cat.h>
#include <c10/core/InferenceMode.h>

#include "multistate/base/stopwatch.h"
#include "multistate/engine/shared_prefix.h"

namespace multistate {
namespace {

std::vector<int64_t> positions_from(int64_t first, size_t count) {
  std::vector<int64_t> positions(count);
  std::iota(positions.begin(), positions.end(), first);
  return positions;
}

}  // namespace

StateUse use_of(const SampleState& state) {
  StateUse use;
  for (const LayerState& layer : state.layers) {
    use.peak_bytes += layer.peak_bytes();
    use.end_bytes += layer.bytes();
    for (const LayerState::Set& set : layer.sets()) {
      use.peak_rows = std::max(use.peak_rows, set.peak_rows);
      use.evictions += set.trace.evictions();
      use.rows_created += set.trace.tokens();
      use.total_lifetime += set.trace.total_lifetime();
    }
  }
  return use;
}

Evaluator::Evaluator(const Transformer& model, const PolicySetup& setup, const LayerScan* scan)
    : model_(model), setup_(setup), scan_(scan != nullptr ? *scan : scan_for(setup)) {}

Evaluation Evaluator::evaluate(std::span<const int64_t> ids, SampleSeed seed, int64_t prompt,
                               SharedPrefix* prefix) const {
  if (ids.size() < 2) {
    throw std::invalid_argument("a sample needs two tokens or more: the first predicts the second");
  }
  const c10::InferenceMode inference;
  const auto tokens = static_cast<int64_t>(ids.size());
  Evaluation evaluation;
  SampleState state = start(seed, {.tokens = tokens, .prompt = prompt});
  if (prefix != nullptr) {
    take_over(*prefix, ids, state, evaluation);
  }
  evaluation.computed_tokens += tokens - state.tokens;
  run(ids, tokens, state, evaluation, evaluation.seconds);
  evaluation.state = use_of(state);
  return evaluation;
}

int64_t Evaluator::segment(int64_t tokens) const {
  return setup_.needs.future ? tokens : std::min(kSegment, tokens);
}

void Evaluator::run(std::span<const int64_t> ids, int64_t tokens, SampleState& state,
                    Predictions& predictions, PhaseSeconds& seconds) const {
  const c10::InferenceMode inference;
  while (state.tokens < tokens) {
    const auto first = static_cast<size_t>(state.tokens);
    const auto count = static_cast<size_t>(segment(tokens - state.tokens));
    const auto hidden = advance(ids.subspan(first, count), state, seconds);
    const Stopwatch watch(seconds.logits);
    // The last token of the sample predicts nothing that is known.
    const auto next = ids.subspan(first + 1, std::min(count, ids.size() - first - 1));
    predictions.append(
        predict(model_, hidden.narrow(0, 0, static_cast<int64_t>(next.size())), next));
  }
}

void Evaluator::take_over(SharedPrefix& shared, std::span<const int64_t> ids, SampleState& state,
                          Evaluation& evaluation) const {
  const int64_t quiet = setup_.quiet_tokens(state.layers.front().length());
  const int64_t tokens = std::min(quiet, shared.tokens());
  if (tokens == 0) {
    return;
  }
  bool computed = false;
  const SharedPrefix::Prefix& prefix = shared.get(model_, ids, computed);
  if (computed) {
    evaluation.computed_tokens += shared.tokens();
    evaluation.seconds = prefix.seconds;
  }
  const Stopwatch watch(evaluation.seconds.scan);
  for (size_t layer = 0; layer < state.layers.size(); ++layer) {
    state.layers[layer].adopt(prefix.state.layers[layer], tokens);
  }
  state.tokens = tokens;
  const auto made =
      static_cast<std::ptrdiff_t>(std::min(static_cast<size_t>(tokens), ids.size() - 1));
  const auto& [losses, likeliest] = prefix.predictions;
  evaluation.losses.assign(losses.begin(), losses.begin() + made);
  evaluation.likeliest.assign(likeliest.begin(), likeliest.begin() + made);
}

RotaryTable Evaluator::rotations(std::vector<int64_t> positions) const {
  if (setup_.rotates_anew()) {
    std::fill(positions.begin(), positions.end(), 0);
  }
  return model_.rotary_table(positions);
}

SampleState Evaluator::start(SampleSeed seed, const SampleLength& length) const {
  SampleState state;
  for (int64_t layer = 0; layer < model_.config().layers; ++layer) {
    state.layers.emplace_back(model_.config(), setup_, layer, seed, length, model_.options());
  }
  return state;
}

at::Tensor Evaluator::advance(std::span<const int64_t> ids, SampleState& state,
                              PhaseSeconds& seconds) const {
  const c10::InferenceMode inference;
  const auto table = rotations(positions_from(state.tokens, ids.size()));
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

at::Tensor Evaluator::prefill(std::span<const int64_t> ids, SampleState& state) const {
  const c10::InferenceMode inference;
  PhaseSeconds seconds;
  at::Tensor last;
  for (size_t first = 0; first < ids.size(); first += kSegment) {
    const auto segment = ids.subspan(first, std::min<size_t>(kSegment, ids.size() - first));
    const auto hidden = advance(segment, state, seconds);
    last = hidden.narrow(0, hidden.size(0) - 1, 1);
  }
  return last;
}

at::Tensor Evaluator::advance_each(std::span<const int64_t> ids,
                                   std::span<SampleState* const> states) const {
  const c10::InferenceMode inference;
  std::vector<int64_t> positions;
  for (const SampleState* state : states) {
    positions.push_back(state->tokens);
  }
  const auto table = rotations(std::move(positions));
  auto hidden = model_.embed(ids);
  for (int64_t layer = 0; layer < model_.config().layers; ++layer) {
    const Qkv all = model_.project(layer, hidden, table);
    std::vector<at::Tensor> attended;
    for (size_t i = 0; i < states.size(); ++i) {
      const auto one = [i](const at::Tensor& x) { return x.narrow(1, static_cast<int64_t>(i), 1); };
      const Qkv qkv = {one(all.queries), one(all.keys), one(all.values)};
      attended.push_back(scan_.attend(qkv, states[i]->layers[static_cast<size_t>(layer)]));
    }
    model_.finish(layer, hidden, at::cat(attended));
  }
  for (SampleState* state : states) {
    ++state->tokens;
  }
  return hidden;
}

}  // namespace multistate
