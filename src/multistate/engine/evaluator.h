#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/engine/layer_scan.h"
#include "multistate/engine/layer_state.h"
#include "multistate/engine/logits.h"
#include "multistate/engine/state_use.h"
#include "multistate/model/transformer.h"
#include "multistate/policy/setup.h"

namespace multistate {

/// Seconds by phase of one sample. On another device than the CPU the host waits for products where
/// it reads what they gave, so that projections count as part of the scan.
struct PhaseSeconds {
  double linears = 0.0;  ///< Projections, MLP, norms, embedding.
  double scan = 0.0;     ///< Attention, policy, eviction.
  double logits = 0.0;   ///< Output head and loss.
};

/// Entry t of the predictions, of T - 1, is for token t + 1, given the tokens up to t as far as the
/// state still holds them.
struct Evaluation : Predictions {
  StateUse state;
  PhaseSeconds seconds;  ///< Of the computed tokens.
  /// Run by this call: fewer than T when a prefix was taken over, more when the prompt, or its last
  /// token, is run again.
  int64_t computed_tokens = 0;
};

class SharedPrefix;

/// Throws InputError for a policy that sees the future: a sample that is read or made bit by bit
/// has none yet.
void refuse_future(const PolicySetup& setup);

/// A sample under way: what every layer remembers of the tokens so far. A copy goes its own way.
struct SampleState {
  std::vector<LayerState> layers;
  int64_t tokens = 0;
  uint64_t sample = 0;  ///< Which one, for messages: SampleSeed::sample.

  /// Ids of the prompt so far, where a policy reads it again.
  std::vector<int64_t> prompt = {};

  /// Tokens that were run beside those of the sample: the prompt's last one, to measure layers, and
  /// what is read again.
  int64_t tokens_beside = 0;

  /// For a sample whose length becomes known on the way. Throws std::invalid_argument when its
  /// prompt would have ended already.
  void expect(const SampleLength& length);
};

StateUse use_of(const SampleState& state);

/// A text that has been read: what is left of it, what comes next, and what that took.
struct Reading {
  SampleState state;
  at::Tensor last;              ///< [1, C]: the last token's hidden state, before the final norm.
  PhaseSeconds seconds;         ///< Of the computed tokens.
  int64_t computed_tokens = 0;  ///< Run by this call, as Evaluation's.
};

/// Takes samples through the model, layer by layer: teacher-forced evaluation, and the steps of
/// generation.
///
/// What layer l evicts depends only on its own attention, so a layer can finish a segment of tokens
/// before the next one starts: its linears become products over the segment, and the result equals
/// that of running token by token through all layers. Memory for activations does not grow with the
/// sample.
///
/// What runs tokens throws NonFiniteError (engine/finite.h) at the first layer after which a hidden
/// state is NaN or infinite; what predicts throws it for a loss that is. To find out waits for the
/// device: what these calls leave in a state, or return, is complete, and any thread may go on with
/// it.
class Evaluator {
 public:
  /// Tokens that pass through a layer together: enough for products at full speed, few enough that
  /// their activations stay in the cache.
  static constexpr int64_t kSegment = 512;

  /// `scan`: how layers attend; the one made for the policy, or for the layer's window, unless
  /// given. Keeps references to model and setup.
  Evaluator(const Transformer& model, const PolicySetup& setup, const LayerScan* scan = nullptr);

  /// Losses of `ids` (at least two) from an empty state. The first `prompt` of them are the prompt,
  /// as policies that treat it differently see it; `prefix`, if given, is that of this sample.
  Evaluation evaluate(std::span<const int64_t> ids, SampleSeed seed, int64_t prompt = 0,
                      SharedPrefix* prefix = nullptr) const;

  /// An empty state for a sample. Throws InputError where the model cannot read so many tokens.
  SampleState start(SampleSeed seed, const SampleLength& length) const;

  /// Reads `ids` (at least one) from an empty state, without predictions. `length` is that of the
  /// whole sample, which they begin. Throws InputError as refuse_future().
  Reading read(std::span<const int64_t> ids, SampleSeed seed, const SampleLength& length,
               SharedPrefix* prefix = nullptr) const;

  /// Lets the first `tokens` of `ids` follow what `state` has seen, segment by segment. Adds the
  /// predictions that they make of `ids`.
  void run(std::span<const int64_t> ids, int64_t tokens, SampleState& state,
           Predictions& predictions, PhaseSeconds& seconds) const;

  /// Lets `ids` follow what the state has seen. Returns the hidden states [T, C] of the last layer,
  /// before the final norm. Where a policy looks at layers before it cuts a prompt, that is done
  /// with the prompt's last token, which passes by itself.
  at::Tensor advance(std::span<const int64_t> ids, SampleState& state, PhaseSeconds& seconds) const;

  /// The same for a text of any length, segment by segment. Returns [1, C], that of the last token.
  at::Tensor prefill(std::span<const int64_t> ids, SampleState& state, PhaseSeconds& seconds) const;

  /// Lets one token follow in each of B samples: linears as products over the batch, attention for
  /// each over its own rows. Returns hidden states [B, C].
  at::Tensor advance_each(std::span<const int64_t> ids, std::span<SampleState* const> states,
                          PhaseSeconds& seconds) const;

 private:
  /// Rotations of the tokens of a call by what becomes of their rows.
  struct Rotations {
    RotaryTables placed;  ///< To their positions in the sample.
    RotaryTables
        still;  ///< To 0, which changes nothing: for layers whose scan rotates rows itself.
  };
  /// At these positions of a text of `tokens`; of the next token of each sample.
  Rotations rotations(std::span<const int64_t> positions, int64_t tokens) const;
  Rotations rotations(std::span<SampleState* const> states) const;

  Qkv project(int64_t layer, const at::Tensor& hidden, const Rotations& rotations,
              const LayerState& state) const;

  /// Lets `ids`, the last token of a prompt, pass through copies of the layers, one at a time,
  /// behind the prompt read again where a policy asks for that. By layer what its policy measures
  /// of its sets; nothing where it measures nothing.
  std::vector<std::vector<float>> measure_layers(std::span<const int64_t> ids, SampleState& state,
                                                 const Rotations& rotated) const;

  /// Takes note of ids that follow next, as far as they are of a prompt that is read again.
  void note_prompt(std::span<const int64_t> ids, SampleState& state) const;

  /// Takes note of what attention does to hidden states [T, C] of a prompt that `state` has just
  /// taken in, where its policy asks.
  void note_change(int64_t layer, const at::Tensor& hidden, const at::Tensor& attended,
                   LayerState& state) const;

  const LayerScan& scan_of(const LayerState& state) const {
    return scan_ != nullptr ? *scan_ : scan_for(state.setup());
  }

  /// Is given the hidden states of a segment, and the place of its first token in `ids`.
  using Sink = std::function<void(size_t first, const at::Tensor& hidden)>;

  /// Lets `ids` follow, kSegment of them at a time; all at once for a policy that sees the future.
  void each_segment(std::span<const int64_t> ids, SampleState& state, PhaseSeconds& seconds,
                    const Sink& sink) const;

  /// Starts a sample with what its prefix holds of `ids`, up to this policy's first eviction.
  /// Puts the predictions that are made in it to `predictions`, if given.
  void take_over(SharedPrefix& prefix, std::span<const int64_t> ids, Reading& reading,
                 Predictions* predictions) const;

  const Transformer& model_;
  const PolicySetup& setup_;
  const LayerScan* scan_;
};

}  // namespace multistate
