#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <vector>

#include "multistate/conformance/naive_scan.h"
#include "multistate/policy/policy.h"

namespace multistate {

/// Query heads [first_head, end_head) and key/value heads [first_kv, end_kv), which share rows.
struct Heads {
  int64_t first_head = 0;
  int64_t end_head = 0;
  int64_t first_kv = 0;
  int64_t end_kv = 0;

  int64_t queries() const { return end_head - first_head; }
  int64_t kv() const { return end_kv - first_kv; }
};

/// One row set of naive_scan(). Keeps references to inputs and setup.
class NaiveSet {
 public:
  NaiveSet(const NaiveInputs& inputs, const PolicySetup& setup, bool decides, const Heads& heads,
           const CounterRandom& random);

  /// Appends the row of token t and lets it attend to all rows whose positions `is_read` [H][t + 1]
  /// says; adds to what is attended to and to the counts of `result`.
  void attend(int64_t t, const std::vector<std::vector<uint8_t>>& is_read, NaiveResult& result);

  /// What a policy is shown of the step; valid until the next call for this set.
  const StepData& describe(int64_t t, int64_t layer);

  /// The part of describe() that does not depend on the step.
  const StepData& describe_heads(int64_t layer);

  /// The set keeps so many rows instead of k, from now on.
  void keep(int64_t rows) { given_ = rows; }

  std::span<float> scores() { return scores_; }

  /// Lets the rows go that the policy named.
  void evict(const Evictions& evictions);

  /// Positions of the rows that a later token may see.
  std::vector<int64_t> kept() const {
    std::vector<int64_t> positions;
    const int64_t next = rows_.empty() ? 0 : rows_.back().position + 1;
    for (const Row& row : rows_) {
      if (in_window(row, next)) {
        positions.push_back(row.position);
      }
    }
    return positions;
  }

 private:
  struct Row {
    int64_t position = 0;
    std::vector<double> keys;    ///< [G][D]
    std::vector<double> values;  ///< [G][D]
    std::vector<float> memory;
    bool quantized = false;
  };

  /// Whether the token at `position` sees the row.
  bool in_window(const Row& row, int64_t position) const {
    return !inputs_.window || row.position > position - *inputs_.window;
  }

  /// Removes the row that the token after t does not see.
  void leave_window(int64_t t);

  std::vector<double> attend_with(int64_t head, int64_t t, const std::vector<uint8_t>& is_read,
                                  NaiveResult& result) const;
  std::vector<double> places() const;

  /// The vector x [D] as RoPE turns it to `place`.
  std::vector<double> rotated(const double* x, double place) const;
  void gather();

  /// [t][position], as Needs::future says.
  std::vector<std::vector<double>> future_scores(int64_t k) const;

  /// Whether the token is protected by itself.
  bool is_protected(int64_t position) const {
    const auto at = static_cast<size_t>(position);
    const auto& listed = setup_.common.protect_positions;
    const bool special =
        setup_.common.protect_special &&
        setup_.token_kinds->at(static_cast<size_t>(inputs_.ids.at(at))) == TokenKind::kSpecial;
    return special || std::count(listed.begin(), listed.end(), position) > 0;
  }

  /// k of the layer, and the rows allowed after step t.
  int64_t state_size(int64_t layer) const;
  int64_t capacity(int64_t t, int64_t k) const;

  /// Rows of a prompt that is kept, and those at the start that are never evicted.
  int64_t kept_prompt() const { return setup_.common.prompt == Prompt::kKeep ? inputs_.prompt : 0; }
  int64_t first_rows() const { return std::max(setup_.common.sinks, kept_prompt()); }
  void merge(const Evictions& evictions);

  /// Shows the prompt's newest queries at its end, if a PromptPolicy cuts it there.
  void describe_prompt(int64_t t);

  /// What query head `head` gives the rows of the prompt, [prompt], when it is read again with the
  /// queries and keys that it has.
  std::vector<float> replay_attention(int64_t head) const;

  /// Quantises rows that are not, if there are enough of them.
  void quantize();

  const NaiveInputs& inputs_;
  const PolicySetup& setup_;
  int64_t given_ = 0;  ///< See keep(); 0: none.
  bool decides_;       ///< The policy does, be it within a window.
  Heads heads_;
  CounterRandom random_;
  std::vector<float> set_memory_;
  std::vector<double> frequencies_;
  std::vector<Row> rows_;
  std::vector<double> places_;                ///< Where rows were rotated to when they attended.
  std::vector<std::vector<double>> weights_;  ///< [head][row]

  // What `data_` points to.
  StepData data_;
  std::vector<int64_t> positions_;
  std::vector<uint8_t> live_;
  std::vector<uint8_t> protected_;
  std::vector<float> attention_;
  std::vector<float> query_;
  std::vector<float> keys_;    ///< [G][N][D]
  std::vector<float> values_;  ///< [G][N][D]
  std::vector<float> memory_;
  std::vector<float> scores_;
  std::vector<float> scratch_;
  std::vector<float> vectors_;
  std::vector<float> future_;
  std::vector<std::vector<double>> all_future_;
  std::vector<float> query_mean_;
  std::vector<float> query_covariance_;
  PromptData prompt_;
  std::vector<float> prompt_query_;
  std::vector<float> prompt_attention_;
  std::vector<float> token_queries_;
  std::vector<float> replay_;
};

}  // namespace multistate
