#include "multistate/engine/evaluator.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include <ATen/ops/cat.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/stopwatch.h"
#include "multistate/base/work_record.h"
#include "multistate/engine/finite.h"
#include "multistate/engine/layer_shares.h"
#include "multistate/engine/replay.h"
#include "multistate/engine/shared_prefix.h"
#include "multistate/engine/text_length.h"
#include "multistate/policy/policy_error.h"

namespace multistate {
namespace {

/// Of the first layer that is to be measured; all of them wait for the same token.
std::optional<int64_t> tokens_to_measure(const SampleState& state) {
  for (const LayerState& layer : state.layers) {
    if (const auto left = layer.tokens_to_measure()) {
      return left;
    }
  }
  return std::nullopt;
}

std::vector<int64_t> positions_from(int64_t first, size_t count) {
  std::vector<int64_t> positions(count);
  std::iota(positions.begin(), positions.end(), first);
  return positions;
}

/// Throws NonFiniteError unless the hidden states [T, C] after `layer` are finite; place_of(row)
/// is the token of a row.
template <class PlaceOf>
void check_hidden(const at::Tensor& hidden, int64_t layer, const PlaceOf& place_of) {
  if (const auto row = first_non_finite(hidden)) {
    throw_non_finite_hidden(place_of(*row), layer);
  }
}

/// Attention of a layer. Scores that are not finite are no fault of the policy where queries, keys
/// or values are not.
template <class PlaceOf>
at::Tensor attend(const LayerScan& scan, const Qkv& qkv, LayerState& state,
                  const PlaceOf& place_of) {
  try {
    return scan.attend(qkv, state);
  } catch (const PolicyError&) {
    check_hidden(at::cat({qkv.queries, qkv.keys, qkv.values}).transpose(0, 1), state.layer(),
                 place_of);
    throw;
  }
}

}  // namespace

StateUse use_of(const SampleState& state) {
  StateUse use;
  for (const LayerState& layer : state.layers) {
    use.peak_bytes += layer.peak_bytes();
    use.peak_memory_bytes += layer.peak_memory_bytes();
    use.peak_statistics_bytes += layer.statistics_bytes();
    use.end_bytes += layer.bytes();
    for (const LayerState::Set& set : layer.sets()) {
      use.peak_rows = std::max(use.peak_rows, set.peak_rows);
      use.evictions += set.trace.evictions();
      use.rows_created += set.trace.tokens();
      use.reads.add(set.reads);
      use.total_lifetime += set.trace.total_lifetime();
      use.full_lifetime += set.trace.tokens() * (set.trace.tokens() + 1) / 2;
    }
  }
  return use;
}

void refuse_future(const PolicySetup& setup) {
  if (setup.needs.future) {
    throw InputError(
        fmt::format("policy {} sees the future of a sample, which does not exist while the sample "
                    "is read or generated bit by bit",
                    setup.entry->info.name));
  }
}

void SampleState::expect(const SampleLength& length) {
  for (LayerState& layer : layers) {
    layer.expect(length);
  }
}

Evaluator::Evaluator(const Transformer& model, const PolicySetup& setup, const LayerScan* scan)
    : model_(model), setup_(setup), scan_(scan) {}

Evaluation Evaluator::evaluate(std::span<const int64_t> ids, SampleSeed seed, int64_t prompt,
                               SharedPrefix* prefix) const {
  if (ids.size() < 2) {
    throw std::invalid_argument("a sample needs two tokens or more: the first predicts the second");
  }
  const c10::InferenceMode inference;
  const auto tokens = static_cast<int64_t>(ids.size());
  Evaluation evaluation;
  Reading reading;
  reading.state = start(seed, {.tokens = tokens, .prompt = prompt});
  if (prefix != nullptr) {
    take_over(*prefix, ids, reading, &evaluation);
  }
  const auto rest = ids.subspan(static_cast<size_t>(reading.state.tokens));
  reading.computed_tokens += static_cast<int64_t>(rest.size());
  run(rest, static_cast<int64_t>(rest.size()), reading.state, evaluation, reading.seconds);
  evaluation.state = use_of(reading.state);
  evaluation.seconds = reading.seconds;
  evaluation.computed_tokens = reading.computed_tokens + reading.state.tokens_beside;
  return evaluation;
}

Reading Evaluator::read(std::span<const int64_t> ids, SampleSeed seed, const SampleLength& length,
                        SharedPrefix* prefix) const {
  if (ids.empty()) {
    throw std::invalid_argument("there is nothing to read");
  }
  refuse_future(setup_);
  const c10::InferenceMode inference;
  Reading reading;
  reading.state = start(seed, length);
  if (prefix != nullptr) {
    // The last token is run in any case: what comes next depends on its hidden state.
    take_over(*prefix, ids.first(ids.size() - 1), reading, nullptr);
  }
  const auto rest = ids.subspan(static_cast<size_t>(reading.state.tokens));
  reading.computed_tokens += static_cast<int64_t>(rest.size());
  reading.last = prefill(rest, reading.state, reading.seconds);
  reading.computed_tokens += reading.state.tokens_beside;
  return reading;
}

void Evaluator::each_segment(std::span<const int64_t> ids, SampleState& state,
                             PhaseSeconds& seconds, const Sink& sink) const {
  const c10::InferenceMode inference;
  const size_t segment = setup_.needs.future ? ids.size() : static_cast<size_t>(kSegment);
  for (size_t first = 0; first < ids.size(); first += segment) {
    const auto part = ids.subspan(first, std::min(segment, ids.size() - first));
    sink(first, advance(part, state, seconds));
  }
}

void Evaluator::run(std::span<const int64_t> ids, int64_t tokens, SampleState& state,
                    Predictions& predictions, PhaseSeconds& seconds) const {
  const auto read = ids.first(static_cast<size_t>(tokens));
  each_segment(read, state, seconds, [&](size_t first, const at::Tensor& hidden) {
    const Stopwatch watch(seconds.logits);
    // The last token of the sample predicts nothing that is known.
    const auto known = ids.subspan(first + 1);
    const auto next = known.first(std::min(static_cast<size_t>(hidden.size(0)), known.size()));
    const auto made = predict(model_, hidden.narrow(0, 0, static_cast<int64_t>(next.size())), next);
    check_scores(made.losses, {state.sample, state.tokens - hidden.size(0)});
    predictions.append(made);
  });
}

at::Tensor Evaluator::prefill(std::span<const int64_t> ids, SampleState& state,
                              PhaseSeconds& seconds) const {
  at::Tensor last;
  each_segment(ids, state, seconds, [&](size_t /*first*/, const at::Tensor& hidden) {
    last = hidden.narrow(0, hidden.size(0) - 1, 1);
  });
  return last;
}

void Evaluator::take_over(SharedPrefix& shared, std::span<const int64_t> ids, Reading& reading,
                          Predictions* predictions) const {
  SampleState& state = reading.state;
  if (model_.spec().rotation_of_long_texts(state.layers.front().length().tokens) != nullptr) {
    return;  // The prefix is rotated as a text of its own length.
  }
  const int64_t unchanged = setup_.tokens_before_first_eviction(state.layers.front().length());
  const int64_t tokens =
      std::min({unchanged, shared.tokens_of(model_), static_cast<int64_t>(ids.size())});
  if (tokens == 0) {
    return;
  }
  bool computed = false;
  const SharedPrefix::Prefix& prefix =
      shared.get(model_, ids, state.sample, predictions != nullptr, computed);
  if (computed) {
    reading.computed_tokens += prefix.state.tokens;
    reading.seconds = prefix.seconds;
  }
  const Stopwatch watch(reading.seconds.scan);
  note_prompt(ids.first(static_cast<size_t>(tokens)), state);
  for (LayerState& layer : state.layers) {
    prefix.hand_over(ids.first(static_cast<size_t>(tokens)), scan_of(layer),
                     model_.output(layer.layer()), layer);
  }
  state.tokens = tokens;
  if (predictions != nullptr) {
    const auto made =
        static_cast<std::ptrdiff_t>(std::min(static_cast<size_t>(tokens), ids.size() - 1));
    const auto& [losses, likeliest] = prefix.predictions;
    predictions->losses.assign(losses.begin(), losses.begin() + made);
    predictions->likeliest.assign(likeliest.begin(), likeliest.begin() + made);
  }
}

Evaluator::Rotations Evaluator::rotations(std::span<const int64_t> positions,
                                          int64_t tokens) const {
  Rotations rotations = {.placed = model_.rotary_tables(positions, tokens), .still = {}};
  if (setup_.rotates_anew()) {
    rotations.still = model_.rotary_tables(std::vector<int64_t>(positions.size(), 0), tokens);
  }
  return rotations;
}

Evaluator::Rotations Evaluator::rotations(std::span<SampleState* const> states) const {
  std::vector<int64_t> positions;
  int64_t longest = 0;
  for (const SampleState* state : states) {
    positions.push_back(state->tokens);
    longest = std::max(longest, state->layers.front().length().tokens);
  }
  Rotations rotations = this->rotations(positions, longest);
  if (model_.spec().rotation_of_long_texts(longest) == nullptr) {
    return rotations;
  }
  // Each as in a text of its length. None is rotated anew: such texts are refused.
  for (size_t i = 0; i < states.size(); ++i) {
    const auto own = model_.rotary_tables(std::span(positions).subspan(i, 1),
                                          states[i]->layers.front().length().tokens);
    const auto row = static_cast<int64_t>(i);
    for (size_t table = 0; table < own.size(); ++table) {
      rotations.placed[table].cos.narrow(0, row, 1).copy_(own[table].cos);
      rotations.placed[table].sin.narrow(0, row, 1).copy_(own[table].sin);
    }
  }
  return rotations;
}

Qkv Evaluator::project(int64_t layer, const at::Tensor& hidden, const Rotations& rotations,
                       const LayerState& state) const {
  const bool anew = state.setup().rotates_anew();
  return model_.project(layer, hidden, anew ? rotations.still : rotations.placed);
}

SampleState Evaluator::start(SampleSeed seed, const SampleLength& length) const {
  const DecoderSpec& spec = model_.spec();
  check_text_length(spec, setup_, length);
  SampleState state;
  state.sample = seed.sample;
  for (int64_t layer = 0; layer < spec.layer_count(); ++layer) {
    state.layers.emplace_back(spec, setup_, layer, seed, length, model_.options());
  }
  share_out_first(state.layers);
  return state;
}

at::Tensor Evaluator::advance(std::span<const int64_t> ids, SampleState& state,
                              PhaseSeconds& seconds) const {
  const c10::InferenceMode inference;
  const auto left = tokens_to_measure(state);
  const size_t together = left ? std::max<size_t>(static_cast<size_t>(*left), 1) : ids.size();
  if (together < ids.size()) {
    const auto before = advance(ids.first(together), state, seconds);
    return at::cat({before, advance(ids.subspan(together), state, seconds)});
  }
  const auto place_of = [&](int64_t row) { return TokenPlace{state.sample, state.tokens + row}; };
  const auto rotated =
      rotations(positions_from(state.tokens, ids.size()), state.layers.front().length().tokens);
  note_prompt(ids, state);
  if (left == 0) {
    const Stopwatch watch(seconds.scan);
    share_out_rows(measure_layers(ids, state, rotated), state.layers);
  }
  auto hidden = model_.embed(ids);
  check_hidden(hidden, -1, place_of);
  for (int64_t layer = 0; layer < model_.spec().layer_count(); ++layer) {
    work_point();
    Qkv qkv;
    at::Tensor attended;
    LayerState& layer_state = state.layers[static_cast<size_t>(layer)];
    {
      const Stopwatch watch(seconds.linears);
      qkv = project(layer, hidden, rotated, layer_state);
      qkv.ids = ids;
    }
    {
      const Stopwatch watch(seconds.scan);
      attended = attend(scan_of(layer_state), qkv, layer_state, place_of);
    }
    {
      const Stopwatch watch(seconds.linears);
      note_change(layer, hidden, attended, layer_state);
      model_.finish(layer, hidden, attended);
      check_hidden(hidden, layer, place_of);
    }
  }
  state.tokens += static_cast<int64_t>(ids.size());
  return hidden;
}

std::vector<std::vector<float>> Evaluator::measure_layers(std::span<const int64_t> ids,
                                                          SampleState& state,
                                                          const Rotations& rotated) const {
  std::vector<std::vector<float>> measures;
  std::vector<PromptReplay> replays = replays_of(model_, state.layers, state.prompt);
  const auto hidden = model_.embed(ids);
  state.tokens_beside += 1 + tokens_of(replays);
  for (int64_t layer = 0; layer < model_.spec().layer_count(); ++layer) {
    work_point();
    LayerState& layer_state = state.layers[static_cast<size_t>(layer)];
    for (PromptReplay& replay : replays) {
      replay.pass(scan_of(layer_state), layer_state);
    }
    LayerState apart = layer_state;
    if (apart.tokens_to_measure()) {
      apart.measure_only();
    }
    Qkv qkv = project(layer, hidden, rotated, apart);
    qkv.ids = ids;
    model_.finish(layer, hidden, scan_of(apart).attend(qkv, apart));
    measures.emplace_back(apart.measures().begin(), apart.measures().end());
  }
  return measures;
}

void Evaluator::note_prompt(std::span<const int64_t> ids, SampleState& state) const {
  const int64_t left = state.layers.front().length().prompt - state.tokens;
  if (setup_.replays() && left > 0) {
    const auto part = ids.first(std::min(ids.size(), static_cast<size_t>(left)));
    state.prompt.insert(state.prompt.end(), part.begin(), part.end());
  }
}

void Evaluator::note_change(int64_t layer, const at::Tensor& hidden, const at::Tensor& attended,
                            LayerState& state) const {
  const int64_t end = state.sets().front().trace.tokens();
  const int64_t tokens = std::min(hidden.size(0), state.length().prompt - (end - hidden.size(0)));
  if (!state.setup().needs.attention_change || tokens <= 0) {
    return;
  }
  const auto before = hidden.narrow(0, 0, tokens).to(at::kFloat);
  const auto after =
      before.add(model_.attention_update(layer, attended.narrow(0, 0, tokens)).to(at::kFloat));
  const auto lengths = before.square().sum(1).mul(after.square().sum(1)).sqrt();
  const auto cosines = before.mul(after).sum(1).div(lengths);
  state.note_change(cosines.sum().item<double>(), tokens);
}

at::Tensor Evaluator::advance_each(std::span<const int64_t> ids,
                                   std::span<SampleState* const> states,
                                   PhaseSeconds& seconds) const {
  const c10::InferenceMode inference;
  const auto place_of = [&](int64_t row) {
    const SampleState& state = *states[static_cast<size_t>(row)];
    return TokenPlace{state.sample, state.tokens};
  };
  const auto rotated = rotations(states);
  auto hidden = model_.embed(ids);
  check_hidden(hidden, -1, place_of);
  for (int64_t layer = 0; layer < model_.spec().layer_count(); ++layer) {
    work_point();
    Qkv all;
    std::vector<at::Tensor> attended;
    {
      const Stopwatch watch(seconds.linears);
      all = project(layer, hidden, rotated, states[0]->layers[static_cast<size_t>(layer)]);
    }
    {
      const Stopwatch watch(seconds.scan);
      for (size_t i = 0; i < states.size(); ++i) {
        const auto one = [i](const at::Tensor& x) {
          return x.narrow(1, static_cast<int64_t>(i), 1);
        };
        const Qkv qkv = {one(all.queries), one(all.keys), one(all.values), ids.subspan(i, 1),
                         all.output};
        LayerState& layer_state = states[i]->layers[static_cast<size_t>(layer)];
        attended.push_back(attend(scan_of(layer_state), qkv, layer_state, [&](int64_t /*row*/) {
          return place_of(static_cast<int64_t>(i));
        }));
      }
    }
    {
      const Stopwatch watch(seconds.linears);
      model_.finish(layer, hidden, at::cat(attended));
      check_hidden(hidden, layer, place_of);
    }
  }
  for (SampleState* state : states) {
    ++state->tokens;
  }
  return hidden;
}

}  // namespace multistate
