#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "multistate/policy/query_view.h"
#include "multistate/policy/step_view.h"

namespace multistate {

/// The rows that a policy evicts in one step.
class Evictions {
 public:
  /// Slot `row` of the step's view goes; in any order, each once.
  void add(int64_t row) { rows_.push_back(row); }

  std::span<const int64_t> rows() const { return rows_; }
  std::span<int64_t> rows() { return rows_; }
  void clear() { rows_.clear(); }
  void sort() { std::sort(rows_.begin(), rows_.end()); }
  void reserve(int64_t rows) { rows_.reserve(static_cast<size_t>(rows)); }

  /// Keeps the first `count` of those named so far.
  void truncate(int64_t count) { rows_.resize(static_cast<size_t>(count)); }

 private:
  std::vector<int64_t> rows_;
};

/// The keys and values of a set's rows, to be changed: [D] each, 0 <= kv_head < kv_heads, row < N.
/// Keys are as the state holds them: after RoPE, but before it where the option `positions` is not
/// `original`.
class RowEditor {
 public:
  virtual ~RowEditor() = default;
  virtual std::span<float> key(int64_t kv_head, int64_t row) = 0;
  virtual std::span<float> value(int64_t kv_head, int64_t row) = 0;
};

/// Decides which rows of the state are evicted. The engine does everything else: it stores,
/// attends, protects, removes and counts.
///
/// What a policy can do is what it derives from, its faces: those below. The engine asks once, when
/// a policy is set up (faces.h). A policy of bounded states has exactly one of ScoringPolicy and
/// EvictingPolicy, or PooledPolicy, or PromptPolicy alone; the other faces come on top. Of a policy
/// over a base the base may have them. A SelectingPolicy evicts nothing and has no other face.
///
/// A policy is immutable: one object serves all layers, samples and threads. What it has to
/// remember lies in the memory of the rows and of their set (StepView), so nothing can leak from
/// one sample into the next.
class Policy {
 public:
  virtual ~Policy() = default;

  virtual Needs needs() const { return {}; }

  /// Why the policy's rule cannot act on a cache of `k` rows whose first `sinks` are protected, as
  /// the end of "policy NAME: ..."; "" when it can.
  virtual std::string problem_with(int64_t /*k*/, int64_t /*sinks*/) const { return ""; }
};

/// Gives every row a score; the lowest is evicted: the shape of most published policies.
class ScoringPolicy : public virtual Policy {
 public:
  /// Importance of each row, [N]. Called only when rows have to go. Of rows that tie, the oldest is
  /// evicted. Scores of rows that are dead or protected are not looked at; NaN or infinity in any
  /// other stops the run.
  virtual void score(const StepView& step, std::span<float> scores) const = 0;

  /// Called once a token, after it has attended and before score(): the place to update memory.
  virtual void observe(const StepView& /*step*/) const {}

  /// Scores tie with the lowest when they exceed it by no more than this share of its magnitude.
  /// Above 0 for scores that are equal but for rounding, such as the norms of one token's keys at
  /// different positions: rounding must not choose among these. 0: only equal scores tie. Asked
  /// once, at set-up.
  virtual float tie_tolerance() const { return 0.0F; }
};

/// Names the rows to evict, by whatever rule.
class EvictingPolicy : public virtual Policy {
 public:
  /// Called once a token, after it has attended. At least step.excess() rows have to go, all of
  /// them candidates and alive; more may, but none while the set holds fewer rows than
  /// step.capacity(): until then every policy is the full model. `scratch` has N floats of unknown
  /// content for the policy's use. Called as well when nothing has to go, so that a policy can
  /// update its memory.
  virtual void evict(const StepView& step, std::span<float> scratch,
                     Evictions& evictions) const = 0;
};

/// Names the rows to evict of all sets of a layer together: its heads share one budget. Takes the
/// option `scope: kv_head`.
class PooledPolicy : public virtual Policy {
 public:
  /// Called once a token, as EvictingPolicy::evict(). Together the sets may keep capacity() rows a
  /// set, in whatever shares. The spans have an entry a set.
  virtual void evict_pooled(std::span<const StepView> sets,
                            std::span<const std::span<float>> scratch,
                            std::span<Evictions> evictions) const = 0;
};

/// Scores the rows of a whole prompt at its end, where the option `prompt: one_shot` cuts it: with
/// more to see than a step has. Takes the place of ScoringPolicy::score() and of
/// EvictingPolicy::evict() at this step, and at no other. A policy with this face alone decides
/// nothing else, so that the rows of later tokens stay (option `after_prompt: keep`).
class PromptPolicy : public virtual Policy {
 public:
  /// Importance of each row, [N], as ScoringPolicy::score().
  virtual void score_prompt(const PromptView& prompt, std::span<float> scores) const = 0;
};

/// The same where what a row is worth depends on the other heads of the layer: scores the rows of
/// all of its sets together.
class LayerPromptPolicy : public PromptPolicy {
 public:
  /// Importance of each row, [N] a set. The spans have an entry a set.
  virtual void score_layer(std::span<const PromptView> sets,
                           std::span<const std::span<float>> scores) const = 0;

  void score_prompt(const PromptView& prompt, std::span<float> scores) const final {
    score_layer({&prompt, 1}, {&scores, 1});
  }
};

/// Makes other scores of those that its base gives, at every step and at the end of a prompt. What
/// the base remembers, and when rows go, stays the base's. Of a policy over a base with scores.
class RescoringPolicy : public virtual Policy {
 public:
  /// `scores` [N] are the base's; those of live candidates are to be replaced.
  virtual void rescore(const StepView& step, std::span<float> scores) const = 0;
};

/// Changes rows that stay when others go. Runs token by token.
class MergingPolicy : public virtual Policy {
 public:
  /// Called before `rows` (ascending) are removed: the place to hand on what they hold.
  virtual void merge(const StepView& step, std::span<const int64_t> rows,
                     RowEditor& editor) const = 0;
};

/// Layers keep different numbers of rows.
class LayerBudgets : public virtual Policy {
 public:
  /// Rows that layer `layer` of `layers` keeps, 1 or more, where the state size is `k`; the sum
  /// over layers should be layers * k. Layers with a sliding window of their own do not count.
  /// Asked once a layer and sample.
  virtual int64_t layer_budget(int64_t layer, int64_t layers, int64_t k) const = 0;
};

/// Sets of rows keep different numbers of rows, heads and layers alike, by what is measured of each
/// at one of two times. At the start of a sample: then it is what a calibration says. Or at the end
/// of its prompt, with the option `prompt: one_shot`, whose cut waits until all is measured: the
/// last token of a prompt of more than k rows passes through the layers twice.
class MeasuredBudgets : public virtual Policy {
 public:
  /// Whether sets are measured at the start of a sample; they have no rows then.
  virtual bool measures_first() const { return false; }

  /// How many numbers are measured of each set; `tokens`: those of the prompt, 0 where sets are
  /// measured first.
  virtual int64_t measures_a_set(int64_t /*tokens*/) const { return 1; }

  /// Those of the sets of a layer, set by set. Nothing has gone yet.
  virtual void measure(std::span<const StepView> sets, std::span<float> measures) const = 0;

  /// Rows of each set, where the state size is k: more than `guarded`, which the options protect.
  /// Their sum is at most k rows a set. `rows` has an entry a set of the layers that the policy
  /// acts on, layer by layer, and so have `measures`, each with its numbers; sets that share their
  /// layer's rows are given what they get together.
  virtual void share_out(std::span<const float> measures, int64_t k, int64_t guarded,
                         std::span<int64_t> rows) const = 0;
};

/// Chooses the rows that a token's queries read, before they attend, and evicts none: memory is
/// that of the full cache, and k counts the rows that are read. Its registration says `.bounded =
/// false`; of the common options it has `prompt` only.
class SelectingPolicy : public virtual Policy {
 public:
  /// Called once a token and key/value head, where there are more than k rows. Every query head has
  /// to read one row or more, at most query.budget() of them, each once. What is chosen depends on
  /// what the view shows and on nothing else, so that queries can be asked about in any order.
  virtual void select(const QueryView& query, RowsRead& read) const = 0;

  /// Whether rows are chosen in layer `layer` of the model, from 0; where they are not, every query
  /// reads all rows. Asked once a layer and sample.
  virtual bool selects_in(int64_t /*layer*/) const { return true; }
};

/// Adds `count` live candidates, or all when there are fewer: one by one, the oldest of those whose
/// scores are at most lowest + tolerance * |lowest|. Throws PolicyError when the score of a live
/// candidate is NaN or infinite.
void evict_lowest(const StepView& step, std::span<const float> scores, int64_t count,
                  Evictions& evictions, float tolerance = 0.0F);

}  // namespace multistate
