#pragma once

#include <span>
#include <string>
#include <vector>

#include "multistate/policy/policy.h"

namespace multistate {

/// The faces of a policy, asked for once, when it is set up: nullptr where it has none. They point
/// into the policy, or into the base that it is made over.
struct Faces {
  const ScoringPolicy* scoring = nullptr;
  const EvictingPolicy* evicting = nullptr;
  const PooledPolicy* pooled = nullptr;
  const PromptPolicy* prompt = nullptr;
  const LayerPromptPolicy* layer_prompt = nullptr;  ///< `prompt`, where it is one.
  const MergingPolicy* merging = nullptr;
  const LayerBudgets* budgets = nullptr;
  const MeasuredBudgets* measured = nullptr;
  const SelectingPolicy* selecting = nullptr;
  std::vector<const RescoringPolicy*> rescoring = {};  ///< That of the innermost policy first.
  float tie_tolerance = 0.0F;                          ///< Of scores.

  /// Whether there is a face that says which rows go.
  bool decides() const { return decides_steps() || pooled != nullptr || prompt != nullptr; }

  /// Whether there is a face that says which rows of one set go at any step.
  bool decides_steps() const { return scoring != nullptr || evicting != nullptr; }

  /// Whether the rows of a step can be scored: at the end of a prompt, by `prompt` if it is there;
  /// else by `scoring`.
  bool scores() const { return scoring != nullptr || prompt != nullptr; }

  /// Lets the policy that has scores take in the step.
  void observe(const StepView& step) const;

  /// Lets it score rows: [N] of one set, or of each set of a layer.
  void score(const StepView& step, std::span<float> scores) const {
    score({&step, 1}, {&scores, 1});
  }
  void score(std::span<const StepView> sets, std::span<const std::span<float>> scores) const;

  /// Lets scores, or `evicting`, decide about sets of rows, each by itself: one, or all of a layer.
  /// `scratch` [N] holds the scores, if rows have to go.
  void evict(std::span<const StepView> sets, std::span<const std::span<float>> scratch,
             std::span<Evictions> evictions) const;
};

/// Those that the policy derives from, and those of its base that it does not (PolicyOverBase).
Faces faces_of(const Policy& policy);

/// What the policy reads, without the queries of a prompt where no PromptPolicy sees them: a policy
/// over a base that decides itself declares what its base does.
Needs needs_of(const Policy& policy);

/// Why faces do not go together, as the end of "policy NAME: ..."; "" when they do: two that say
/// which rows go, one that selects rows beside any other, or a face of a policy that would be put
/// in the place of the same one of its base, or never be asked.
std::string problem_with_faces(const Policy& policy);

}  // namespace multistate
