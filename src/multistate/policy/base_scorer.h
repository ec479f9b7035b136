#pragma once

#include <memory>
#include <string>

#include "multistate/policy/policy_info.h"

namespace multistate {

/// The option `base` of a policy that works on the scores of another, and the options of the base
/// itself, which stand beside it: `policy: {name: caote, base: a2sf, decay: 0.9}`.
class BaseScorer {
 public:
  /// `name`: the base unless another is chosen.
  explicit BaseScorer(std::string name) : name_(std::move(name)) {}

  /// A base may be any ScoringPolicy that is not itself made over a base and merges nothing.
  void visit(OptionVisitor& visitor);

  /// The base with its options.
  std::shared_ptr<const ScoringPolicy> make() const;

 private:
  std::string name_;
  std::shared_ptr<PolicyMaker> maker_;
  std::string made_for_;
};

/// A policy over a base: all that the base says, unless a subclass says otherwise.
class PolicyOverBase : public ScoringPolicy {
 public:
  Needs needs() const override { return base_->needs(); }
  std::string problem_with(int64_t k, int64_t sinks) const override {
    return base_->problem_with(k, sinks);
  }
  void observe(const StepView& step) const override { base_->observe(step); }
  void score(const StepView& step, std::span<float> scores) const override {
    base_->score(step, scores);
  }
  float tie_tolerance() const override { return base_->tie_tolerance(); }

 protected:
  explicit PolicyOverBase(const BaseScorer& base) : base_(base.make()) {}

  const ScoringPolicy& base() const { return *base_; }

 private:
  std::shared_ptr<const ScoringPolicy> base_;
};

}  // namespace multistate
