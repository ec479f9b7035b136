#pragma once

#include <cstdint>
#include <span>

#include "multistate/policy/step_view.h"

namespace multistate {

/// The newest `size` queries of every head, kept in the memory of the set of rows: fields
/// [first_field, first_field + size) of Needs::head_memory. They can attend again to whatever rows
/// are there when rows have to go, where AttentionWindow keeps what they attended to at their time.
class QueryWindow {
 public:
  /// `size` is 1 or more.
  explicit QueryWindow(int64_t size, int64_t first_field = 0)
      : size_(size), first_field_(first_field) {}

  int64_t size() const { return size_; }

  /// Takes in the newest query of every head; once a step. (Needs::query)
  void record(const StepView& step) const;

  /// Adds to `received` [N] what the window's queries give live rows before step.end_candidates()
  /// if they attend now, divided by their number and by `parts`. Heads `first` up to, but not
  /// including, `last`, which share a key/value head, attend as one: a logit is the largest of
  /// theirs. `weights` has N floats of unknown content. (Needs::keys)
  void add_attention(const StepView& step, int64_t first, int64_t last, int64_t parts,
                     std::span<float> weights, std::span<float> received) const;

 private:
  /// Those of query number `index`, in no order of time; -infinity for all other rows.
  void logits(const StepView& step, int64_t first, int64_t last, int64_t index,
              std::span<float> out) const;

  /// Of the memory, for query number `index`: the last one first, so that a policy whose window is
  /// longer than a sample reads what it declares.
  int64_t field(int64_t index) const { return first_field_ + size_ - 1 - index; }

  int64_t size_;
  int64_t first_field_;
};

}  // namespace multistate
