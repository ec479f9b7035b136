#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/engine/layer_state.h"
#include "multistate/model/transformer.h"
#include "multistate/policy/setup.h"

namespace multistate {

class LayerScan;

/// Tokens [first, first + count) of a prompt, which are read again together.
struct PromptPart {
  int64_t first = 0;
  int64_t count = 0;
};

/// The parts of a prompt of so many tokens.
std::vector<PromptPart> parts_of(const Replay& replay, int64_t prompt);

/// The most tokens that a prompt of `prompt` has together with one of its parts and the part's
/// instruction.
int64_t longest_replay(const PolicySetup& setup, int64_t prompt);

/// The layer's state, one token before the end of its prompt, as one whose prompt goes on: with
/// that token and `tokens` more.
LayerState going_on(const LayerState& layer, int64_t tokens);

/// Takes note in the sets of `layer` what the rows of `part` are given (PromptView's
/// replay_attention()) by the newest queries of `queries` [H, T, D], all but the first, which is
/// that of the prompt's last token. `again`: the layer once it has taken these T tokens in.
void note_replay(const at::Tensor& queries, const LayerState& again, const PromptPart& part,
                 LayerState& layer);

/// A prompt that is read again before its last token is, for the layers with one setup. Its parts,
/// each behind that token and an instruction, pass through copies of one layer after the other.
class PromptReplay {
 public:
  /// `prompt`: its ids; `tokens`: of the whole sample. Keeps references to model and setup.
  PromptReplay(const Transformer& model, const PolicySetup& setup, std::span<const int64_t> prompt,
               int64_t tokens);

  const PolicySetup& setup() const { return setup_; }

  /// What it runs, the prompt's last token before each part included.
  int64_t tokens() const;

  /// Lets all parts pass through the next layer by `scan`, and takes note of what they attend to if
  /// its setup is this one.
  void pass(const LayerScan& scan, LayerState& layer);

 private:
  struct ReadPart {
    PromptPart part;
    std::vector<int64_t> ids;  ///< From the prompt's last token on.
    RotaryTables rotations;
    at::Tensor hidden;  ///< [T, C], before the next layer.
  };

  const Transformer& model_;
  const PolicySetup& setup_;
  std::vector<ReadPart> read_;
};

/// One for each setup whose policy reads the prompt again, of layers that are at its last token.
std::vector<PromptReplay> replays_of(const Transformer& model, std::span<const LayerState> layers,
                                     std::span<const int64_t> prompt);

/// What all of them run.
int64_t tokens_of(std::span<const PromptReplay> replays);

}  // namespace multistate
