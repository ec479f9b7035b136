#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "multistate/base/counter_random.h"
#include "multistate/checkpoint/decoder_spec.h"
#include "multistate/engine/key_ranges.h"
#include "multistate/engine/prompt_queries.h"
#include "multistate/engine/protected_tokens.h"
#include "multistate/engine/query_statistics.h"
#include "multistate/engine/read_counts.h"
#include "multistate/engine/row_trace.h"
#include "multistate/policy/setup.h"
#include "multistate/state/row_set.h"

namespace multistate {

/// Which layer it is, and which of those that a policy acts on.
struct LayerPlace {
  int64_t layer = 0;
  int64_t index = 0;   ///< Among the layers that the policy acts on.
  int64_t count = 1;   ///< How many of these there are.
  int64_t layers = 1;  ///< Of the model.
};

/// What tells one sample's random numbers from another's.
struct SampleSeed {
  uint64_t seed = 0;    ///< The sweep's seed.
  uint64_t sample = 0;  ///< Index of the sample in its cell.
};

/// The state of one layer while one sample passes through it: one set of rows for the layer, or one
/// a key/value head (option `scope`). Made fresh for every sample.
///
/// A layer with a sliding window of w tokens is a bounded state by itself: its newest w rows take
/// part in a step, that of the token itself included, and w - 1 are left after it. The policy acts
/// on it only with the option `windowed_layers: policy`, and only where it may hold fewer rows than
/// these: then the row that the window has passed is evicted after the step, before the policy
/// decides.
class LayerState {
 public:
  /// One set of rows with all that belongs to it alone.
  struct Set {
    RowSet rows;
    RowTrace trace;
    CounterRandom random;
    QueryStatistics queries;
    PromptQueries prompt_queries;
    std::vector<float> memory;  ///< The policy's of the set, see StepData::set_memory.
    ProtectedTokens protected_tokens = {};
    KeyRanges key_ranges = {};  ///< Where the policy reads pages.
    ReadCounts reads = {};
    int64_t peak_rows = 0;  ///< Most rows held after a step.
    int64_t kept = 0;       ///< Rows that are left of it, beside a prompt that is kept; k at first.
  };

  /// Throws InputError when the policy gives the layer no more rows than it protects.
  LayerState(const DecoderSpec& spec, const PolicySetup& setup, int64_t layer, SampleSeed seed,
             const SampleLength& length, const at::TensorOptions& options);

  /// A layer by itself.
  LayerState(const AttentionSpec& attention, const PolicySetup& setup, const LayerPlace& place,
             SampleSeed seed, const SampleLength& length, const at::TensorOptions& options);

  /// Takes over the first rows of a state that has kept all of its own, those of the tokens `ids`,
  /// in the place of the tokens themselves. This state is empty. `queries`: of these tokens, after
  /// RoPE, in segments [H, T, D] one after the other.
  void adopt(const LayerState& full, std::span<const int64_t> ids,
             std::span<const at::Tensor> queries);

  /// Of the policy, or of the layer's window where the policy does not act.
  const PolicySetup& setup() const { return window_ == nullptr ? setup_ : *window_; }

  const AttentionSpec& attention() const { return attention_; }

  /// Whether the policy selects rows in this layer; where it does not, queries read all.
  bool selects() const { return selects_; }

  /// Rows that an eviction leaves in a set: k of this layer, and the prompt where it is kept. Of a
  /// set that has rows of its own (MeasuredBudgets), these.
  int64_t state_size() const { return state_size_ + setup().rows_beside(length_); }
  int64_t state_size(const Set& set) const { return set.kept + setup().rows_beside(length_); }

  /// Rows at the start of the sample, and newest rows, that are never evicted.
  int64_t first_rows() const {
    return std::max(setup().common.sinks, setup().rows_beside(length_));
  }
  int64_t newest_rows(const Set& set) const { return setup().common.recent.rows(set.kept); }

  /// How the layer's rows are quantised, if they are.
  std::optional<RowQuantization> quantization() const;

  /// Rows that the policy, or the layer's window, allows a set after `step`.
  int64_t capacity_after(int64_t step, const Set& set) const;

  /// The window within which the policy acts; none where there is none or it acts alone.
  std::optional<int64_t> window_of_policy() const {
    return window_ == nullptr ? attention_.window : std::nullopt;
  }

  /// The position of the row that the window passes with `step`: the next token does not see it,
  /// nor any before it. Negative for none.
  int64_t passed_after(int64_t step) const {
    return window_of_policy() ? step + 1 - *attention_.window : -1;
  }

  const SampleLength& length() const { return length_; }

  /// See SampleState::expect.
  void expect(const SampleLength& length);

  /// Sets that are decided on together: one, or all of the layer.
  int64_t sets_in_group() const;

  /// Tokens that the layer may still take in before it is looked at with the next one, which is
  /// measured or read again: 0 for that one. None where neither is, or it has been.
  std::optional<int64_t> tokens_to_measure() const;

  /// Makes this state one that measures its sets with the next token and evicts nothing, if their
  /// rows depend on that.
  void measure_only();

  /// What it measures, set by set; empty for any other state.
  std::span<float> measures() { return measures_; }

  /// The sets keep so many rows each instead of k, from the next decision on; those that share a
  /// budget the mean of them. Throws InputError when the policy cannot act on as few.
  void keep(std::span<const int64_t> rows);

  /// Takes note of `sum`, over so many tokens: see StepView::attention_change().
  void note_change(double sum, int64_t tokens) {
    change_ += sum;
    changed_ += tokens;
  }
  float attention_change() const {
    return changed_ > 0 ? static_cast<float>(change_ / static_cast<double>(changed_)) : 0.0F;
  }

  std::span<const double> rotary_frequencies() const { return rotary_frequencies_; }
  int64_t layer() const { return layer_; }
  int64_t layers() const { return layers_; }  ///< Of the model.
  std::vector<Set>& sets() { return sets_; }
  const std::vector<Set>& sets() const { return sets_; }

  /// Steps after the last of which rows of `set` are quantised, at the earliest: 1 or more;
  /// RowStore::kNever where they never are.
  int64_t steps_to_quantize(const Set& set) const;

  /// Ends a step: quantises rows of `set` if enough of them are there, but none before the end of a
  /// prompt that is cut there.
  void quantize(Set& set) const;

  /// Rows, and the bytes that they take with the policy's memory of them.
  struct Held {
    int64_t rows = 0;
    int64_t bytes = 0;

    Held& operator+=(const Held& other) {
      rows += other.rows;
      bytes += other.bytes;
      return *this;
    }
  };

  /// Takes note of what the sets of a group, whose first is `first_set`, hold together after a
  /// step: what they hold now, or `held`.
  void note_held(int64_t first_set);
  void note_held(int64_t first_set, const Held& held) {
    Held& peak = peaks_[static_cast<size_t>(first_set)];
    peak = held.bytes > peak.bytes ? held : peak;
  }

  /// The most bytes that the layer has taken after a step, each group of sets at its own most, and
  /// those that it takes now. See StateUse for what counts.
  int64_t peak_bytes() const;
  int64_t bytes() const;

  /// Parts of both: the policy's memory of the rows that were there at the peak, ranges of keys
  /// included, and what takes the same all the time: query statistics, and the policy's memory of
  /// the sets. Beside these, the newest queries of a prompt are held until it has ended.
  int64_t peak_memory_bytes() const;
  int64_t statistics_bytes() const;

  /// What ranges of keys take where a set holds `rows` rows.
  int64_t key_range_bytes(int64_t rows) const;
  int64_t prompt_query_bytes(int64_t prompt) const;

 private:
  std::span<const Set> group(int64_t first_set) const;

  /// Takes in these queries where the policy sees its prompt's.
  void adopt_queries(std::span<const at::Tensor> queries);

  const PolicySetup& setup_;
  std::shared_ptr<const PolicySetup> window_;  ///< In its place: the layer's window.
  AttentionSpec attention_;
  int64_t layer_;
  int64_t layers_;
  int64_t state_size_;
  SampleLength length_;
  bool selects_;
  std::vector<float> measures_;  ///< Of a state that measures.
  double change_ = 0.0;          ///< Sum over tokens of what attention does to hidden states.
  int64_t changed_ = 0;          ///< Tokens.
  std::vector<double> rotary_frequencies_;  ///< [R/2], where R elements of a head turn.
  std::vector<Set> sets_;
  std::vector<Held> peaks_;  ///< Of a group, at the place of its first set.
};

}  // namespace multistate
