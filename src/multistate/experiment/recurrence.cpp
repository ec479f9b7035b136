#include "multistate/experiment/recurrence.h"

#include <algorithm>
#include <limits>

#include <ATen/ops/cat.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "multistate/base/error.h"

namespace multistate {
namespace {

StateSize size_of(const SampleState& state) {
  StateSize size;
  size.is_full = true;
  for (const LayerState& layer : state.layers) {
    int64_t rows = 0;
    int64_t evictions = 0;
    for (const LayerState::Set& set : layer.sets()) {
      rows += set.rows.rows();
      evictions += set.trace.evictions();
    }
    size.rows.push_back(rows);
    size.bytes += layer.bytes();
    size.is_full = size.is_full && evictions > 0;
  }
  return size;
}

/// Runs the sample through the model, `most` tokens at a time, and calls `after` with the state
/// after each time.
template <class F>
ModelRun run_in_pieces(const Evaluator& evaluator, const ModelInput& input, int64_t most,
                       PhaseSeconds& seconds, const F& after) {
  ModelRun run = {.hidden = {}, .state = evaluator.start(input.seed, input.length)};
  std::vector<at::Tensor> pieces;
  const auto step = static_cast<size_t>(most);
  for (size_t first = 0; first < input.ids.size(); first += step) {
    const auto piece = input.ids.subspan(first, std::min(step, input.ids.size() - first));
    pieces.push_back(evaluator.advance(piece, run.state, seconds));
    after(run.state);
  }
  run.hidden = at::cat(pieces);
  return run;
}

int64_t first_difference(const RowTrace& left, const RowTrace& right) {
  int64_t first = left.tokens();
  for (int64_t position = 0; position < left.tokens(); ++position) {
    const int64_t one = left.evicted_at()[static_cast<size_t>(position)];
    const int64_t other = right.evicted_at()[static_cast<size_t>(position)];
    if (one != other) {
      // A row that one of them keeps is none it evicts.
      first = std::min(
          {first, one == RowTrace::kAlive ? other : one, other == RowTrace::kAlive ? one : other});
    }
  }
  return first;
}

}  // namespace

ModelRun run_parallel(const Transformer& model, const PolicySetup& setup, const ModelInput& input,
                      PhaseSeconds& seconds) {
  const c10::InferenceMode inference;
  const Evaluator evaluator(model, setup);
  return run_in_pieces(evaluator, input, Evaluator::kSegment, seconds, [](const SampleState&) {});
}

ModelRun run_recurrent(const Transformer& model, const PolicySetup& setup, const ModelInput& input,
                       PhaseSeconds& seconds, std::vector<StateSize>& sizes) {
  if (setup.needs.future) {
    throw InputError(fmt::format(
        "policy {} sees the future of a sample, which a recurrence does not have while it runs",
        setup.entry->info.name));
  }
  const c10::InferenceMode inference;
  const Evaluator evaluator(model, setup, &token_scan());
  return run_in_pieces(evaluator, input, 1, seconds,
                       [&](const SampleState& state) { sizes.push_back(size_of(state)); });
}

int64_t first_different_step(const SampleState& left, const SampleState& right) {
  int64_t first = left.tokens;
  for (size_t layer = 0; layer < left.layers.size(); ++layer) {
    const auto& sets = left.layers[layer].sets();
    for (size_t set = 0; set < sets.size(); ++set) {
      first =
          std::min(first, first_difference(sets[set].trace, right.layers[layer].sets()[set].trace));
    }
  }
  return first;
}

std::optional<Fluctuation> fluctuation_of(std::span<const StateSize> sizes) {
  const auto full = sizes.subspan(static_cast<size_t>(
      std::find_if(sizes.begin(), sizes.end(), [](const StateSize& size) { return size.is_full; }) -
      sizes.begin()));
  if (full.empty()) {
    return std::nullopt;
  }
  const auto range = [&](const auto& number) {
    int64_t least = std::numeric_limits<int64_t>::max();
    int64_t most = 0;
    for (const StateSize& size : full) {
      least = std::min(least, number(size));
      most = std::max(most, number(size));
    }
    return most - least;
  };
  Fluctuation fluctuation;
  for (size_t layer = 0; layer < full.front().rows.size(); ++layer) {
    fluctuation.rows =
        std::max(fluctuation.rows, range([&](const StateSize& size) { return size.rows[layer]; }));
  }
  fluctuation.bytes = range([](const StateSize& size) { return size.bytes; });
  return fluctuation;
}

}  // namespace multistate
