#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/policy/calibration.h"
#include "multistate/policy/faces.h"
#include "multistate/policy/registry.h"

namespace multistate {

/// How long a sample gets.
struct SampleLength {
  int64_t tokens = 0;    ///< All of them.
  int64_t prompt = 0;    ///< How many of them, at the start, are its prompt.
  int64_t question = 0;  ///< How many at the prompt's end are its question, where that is known.
  bool open = false;     ///< Those after the prompt are generated, and may turn out to be fewer.
};

/// The texts of a Replay as a model's tokenizer has them.
struct ReplayIds {
  std::vector<int64_t> first;
  std::vector<int64_t> later;
  std::vector<int64_t> end;
};

struct PolicySetup;

/// Layers first to last of a model, both included, and the setup that acts on them.
struct LayerRange {
  static constexpr int64_t kToTheEnd = std::numeric_limits<int64_t>::max();

  int64_t first = 0;
  int64_t last = kToTheEnd;
  std::shared_ptr<const PolicySetup> setup;
};

/// A policy with all its options and the state size: what an engine needs to run it.
struct PolicySetup {
  const PolicyEntry* entry = nullptr;
  std::vector<const PolicyEntry*> bases = {};  ///< That it is made over, its own base first.
  std::shared_ptr<const Policy> policy;
  Faces faces;  ///< Of `policy`.
  CommonOptions common;
  int64_t state_size = 0;  ///< k, rows kept, or read; 0 for policies that keep and read all.
  Needs needs;

  /// For policies with Needs::calibration, from whoever knows the model, who reads the file that
  /// the option `calibration` names.
  std::string calibration_file = {};
  std::shared_ptr<const Calibration> calibration = {};

  /// By id; where takes_token_kinds(), from whoever knows the tokenizer.
  std::shared_ptr<const std::vector<TokenKind>> token_kinds = {};

  /// Where replays(), from the same.
  std::shared_ptr<const ReplayIds> replay_ids = {};
  nlohmann::json options;  ///< Every option with its value.

  /// Where layers have policies of their own (by_layer.h): these, in order, without gaps; empty
  /// where one policy acts on all. `needs` is then what some of them need, and `policy` none.
  std::vector<LayerRange> layers = {};

  /// The setup that acts on a layer: itself unless layers have their own.
  const PolicySetup& of_layer(int64_t layer) const;

  /// Sets the policy, its faces and what it needs.
  void use(std::shared_ptr<const Policy> made);

  /// The names in `options`; a policy over a base has those of its base, too.
  std::vector<std::string> option_names() const;

  bool bounded() const { return entry->info.bounded; }

  /// Whether k means something: rows that are kept, or that a SelectingPolicy reads.
  bool has_size() const {
    return bounded() || faces.selecting != nullptr || some_layer(&PolicySetup::has_size);
  }

  int64_t capacity() const {
    return state_size + common.every - 1;
  }  ///< Rows allowed after a step.

  /// Whether queries read only some of the rows at `step` of a layer whose policy selects, when its
  /// own row is there as well.
  bool reads_part(int64_t step, const SampleLength& length) const {
    return step >= state_size && !(one_shot() && step < length.prompt);
  }

  /// Whether `step` is before the end of a prompt that is cut there.
  bool prompt_goes_on(int64_t step, const SampleLength& length) const {
    return one_shot() && step + 1 < length.prompt;
  }

  /// Rows that a set which keeps `k` may hold after `step`: kUnlimitedRows before the end of a
  /// prompt that is cut there, and after a prompt behind which every row is kept.
  int64_t capacity_after(int64_t step, int64_t k, const SampleLength& length) const;

  /// Rows of a set that the options protect, once they have come.
  int64_t guarded() const { return common.sinks + recent(); }

  int64_t recent() const { return common.recent.rows(state_size); }

  /// Whether the cut at the end of the prompt is for a PromptPolicy to decide.
  bool cuts_by_prompt() const { return one_shot() && faces.prompt != nullptr; }

  /// Whether sets have rows of their own by what is measured at the end of the prompt.
  bool shares_out_prompt() const {
    return faces.measured != nullptr && !faces.measured->measures_first();
  }

  /// Whether layers are looked at, for that or by a replay, at the end of the prompt before one is
  /// cut.
  bool measures_prompt(const SampleLength& length) const {
    // Layers with budgets of their own may cut a prompt that others keep.
    const int64_t rows = faces.budgets != nullptr ? 1 : capacity();
    return (shares_out_prompt() || replays()) && length.prompt > rows;
  }

  /// Whether a prompt is read again.
  bool replays() const {
    return layers.empty() ? needs.replay && cuts_by_prompt() : some_layer(&PolicySetup::replays);
  }

  /// Takes over what `other` knows of a model.
  void know_as(const PolicySetup& other) {
    calibration = other.calibration;
    token_kinds = other.token_kinds;
    replay_ids = other.replay_ids;
  }

  /// Whether this cut is all that the policy ever decides.
  bool decides_prompt_only() const { return cuts_by_prompt() && keeps_after_prompt(); }

  /// Whether nothing is evicted after the prompt.
  bool keeps_after_prompt() const {
    return layers.empty() ? bounded() && common.after_prompt == AfterPrompt::kKeep
                          : some_layer(&PolicySetup::keeps_after_prompt);
  }

  /// Whether no row of the prompt is evicted.
  bool keeps_prompt() const {
    return layers.empty() ? bounded() && common.prompt == Prompt::kKeep
                          : some_layer(&PolicySetup::keeps_prompt);
  }

  /// Rows that a set holds beside k: the prompt's, where they are kept.
  int64_t rows_beside(const SampleLength& length) const {
    return keeps_prompt() ? length.prompt : 0;
  }

  /// Rows that are quantised together where a layer keeps `k`. By Needs::quantization.
  int64_t residual(int64_t k) const;

  /// Why a layer cannot keep `k` rows, as the end of "policy NAME: ..."; "" when it can.
  std::string problem_with(int64_t k) const;

  /// Tokens at the start of a sample, at least, before anything is evicted or left unread: the rows
  /// after them are those of the full cache.
  int64_t tokens_before_first_eviction(const SampleLength& length) const;

  /// Whether a step takes the queries of its token, or the keys of the rows, for the policy.
  bool reads_queries() const { return needs.query || needs.query_statistics || cuts_by_prompt(); }
  bool reads_keys() const { return needs.keys || cuts_by_prompt(); }

  /// Whether a step leaves more in the layer's state than a row: memory of the policy, token ids,
  /// norms of values, or statistics of queries.
  bool remembers_steps() const {
    return needs.remembers() || needs.knows_tokens() || needs.value_norms || needs.query_statistics;
  }

  /// Whether tokens are protected one by one, wherever they are.
  bool protects_tokens() const {
    return common.protect_special || !common.protect_positions.empty();
  }

  /// Whether the kinds of the model's tokens have to be known, for the policy or for what is
  /// protected.
  bool takes_token_kinds() const {
    return layers.empty() ? needs.token_kinds || common.protect_special
                          : some_layer(&PolicySetup::takes_token_kinds);
  }

  /// Whether rows hold keys before RoPE, to be rotated anew at every step.
  bool rotates_anew() const {
    return layers.empty() ? bounded() && common.positions != Positions::kOriginal
                          : some_layer(&PolicySetup::rotates_anew);
  }

  /// Whether the policy acts on layers with a sliding window, too.
  bool acts_on_windows() const {
    return layers.empty() ? bounded() && common.windowed_layers == WindowedLayers::kPolicy
                          : some_layer(&PolicySetup::acts_on_windows);
  }

  /// Whether the prompt attends to all of its rows, and nothing is decided before its end.
  bool one_shot() const {
    return layers.empty() ? has_size() && common.prompt == Prompt::kOneShot
                          : some_layer(&PolicySetup::one_shot);
  }

 private:
  bool some_layer(bool (PolicySetup::*holds)() const) const;
};

/// A setup that keeps every row and belongs to no policy.
const PolicySetup& keep_all_setup();

/// Reads the options of `entry` from a map node ("name" is skipped; null: all defaults) and checks
/// them against the state size: k >= 1, sinks + recent < k, and room for as many rows as are
/// quantised together. Throws InputError with the node's
/// mark. Members that are no option of this policy are the caller's to judge.
PolicySetup set_up_policy(const PolicyEntry& entry, const Node* options, int64_t state_size);

/// The same by name and with options in YAML, for code that has no sweep file:
/// set_up_policy("h2o", 64, "{scope: layer}"). Unknown options are InputErrors here.
PolicySetup set_up_policy(std::string_view name, int64_t state_size,
                          const std::string& yaml = "{}");

}  // namespace multistate
