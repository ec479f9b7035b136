#pragma once

#include <cstdint>
#include <vector>

#include "multistate/base/largest_count.h"
#include "multistate/config/options.h"

namespace multistate {

/// Who shares one set of rows.
enum class Scope {
  kLayer,   ///< All heads of the layer.
  kKvHead,  ///< The query heads of one key/value head: every such head keeps its own rows.
};

/// Which position a key is rotated to (RoPE).
enum class Positions {
  kOriginal,  ///< The token's place in its sample, whatever was evicted since.
  kInCache,   ///< The row's place in the state, as StreamingLLM has it (arXiv:2309.17453).
  kLogGap,    ///< Gaps between rows, summed: up to 10 as they are, larger ones as ln(ln gap)
              ///< (arXiv:2401.06104, section 6.2, for texts beyond the model's context).
};

/// What a policy does to a prompt.
enum class Prompt {
  kStepwise,  ///< The same as to any other token: the state never holds more than it may.
  kOneShot,   ///< Nothing until its last token has attended to all of it; then one cut to k rows,
              ///< or, by a policy that selects rows, later tokens select.
  kKeep,      ///< Nothing, ever: k counts the rows of the tokens after it.
};

/// What happens to the rows of tokens after the prompt.
enum class AfterPrompt {
  kEvict,  ///< They are evicted like any other, so that the state stays at k rows.
  kKeep,   ///< Nothing is evicted any more: the state grows from the k rows of the prompt.
};

/// What happens in a layer of the model that has a sliding window of w tokens.
enum class WindowedLayers {
  kNative,  ///< The layer keeps its newest rows, whatever the policy, its size and its options.
  kPolicy,  ///< The policy acts on it too: a row is evicted as soon as the window has passed it,
            ///< protected or not, and by the policy where more than k are left. Where k rows are no
            ///< fewer than the w - 1 that the window leaves, this is kNative.
};

/// Options that every policy of bounded states inherits; the engine carries them out.
struct CommonOptions {
  int64_t sinks = 0;
  RowCount recent = {};
  bool protect_special = false;
  std::vector<int64_t> protect_positions = {};
  Scope scope = Scope::kLayer;
  int64_t every = 1;
  Positions positions = Positions::kOriginal;
  Prompt prompt = Prompt::kStepwise;
  AfterPrompt after_prompt = AfterPrompt::kEvict;
  WindowedLayers windowed_layers = WindowedLayers::kNative;

  void visit(OptionVisitor& v) {
    v("sinks", sinks, {0, kLargestCount}, "tokens at the start of a sample that are never evicted");
    v("recent", recent, "newest rows that are never evicted");
    v("protect_special", protect_special,
      "tokens that the tokenizer calls special are never evicted");
    v("protect_positions", protect_positions, {0, kLargestCount},
      "places in the sample, from 0, of tokens that are never evicted");
    v.choice("scope", scope, {{"layer", Scope::kLayer}, {"kv_head", Scope::kKvHead}},
             "who shares one set of rows");
    v("every", every, {1, kLargestCount},
      "steps between evictions; the state floats up to k + every - 1");
    v.choice("positions", positions,
             {{"original", Positions::kOriginal},
              {"in_cache", Positions::kInCache},
              {"log_gap", Positions::kLogGap}},
             "where RoPE rotates keys to");
    v.choice(
        "prompt", prompt,
        {{"stepwise", Prompt::kStepwise}, {"one_shot", Prompt::kOneShot}, {"keep", Prompt::kKeep}},
        "evict within the prompt as well, or once at its end, or never: then the state holds k "
        "rows beside it");
    v.choice("after_prompt", after_prompt,
             {{"evict", AfterPrompt::kEvict}, {"keep", AfterPrompt::kKeep}},
             "evict after the prompt as well, or keep every later row beside those k");
    v.choice("windowed_layers", windowed_layers,
             {{"native", WindowedLayers::kNative}, {"policy", WindowedLayers::kPolicy}},
             "layers with a sliding window keep their newest rows, or the policy acts on them too, "
             "within the window (the same where k rows fill the window)");
  }

  /// Of a policy that evicts nothing and selects the rows that queries read.
  void visit_selecting(OptionVisitor& v) {
    v.choice("prompt", prompt, {{"stepwise", Prompt::kStepwise}, {"one_shot", Prompt::kOneShot}},
             "select rows for the tokens of the prompt as well, or only for those after it");
  }
};

}  // namespace multistate
