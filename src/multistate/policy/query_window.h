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

  /// Queries that have been taken in: size(), or fewer at the start of a sample.
  int64_t count(const StepView& step) const;

  /// out[row] [N] = the largest logit that the queries of heads `first` up to, but not including,
  /// `last` give a live row before `end`, -infinity for all others; the heads share a key/value
  /// head. Of the window's queries that with number `index`, 0 <= index < count(), in no order of
  /// time. (Needs::keys)
  void logits(const StepView& step, int64_t first, int64_t last, int64_t index, int64_t end,
              std::span<float> out) const;

 private:
  /// Of the memory, for query number `index`: the last one first, so that a policy whose window is
  /// longer than a sample reads what it declares.
  int64_t field(int64_t index) const { return first_field_ + size_ - 1 - index; }

  int64_t size_;
  int64_t first_field_;
};

}  // namespace multistate
