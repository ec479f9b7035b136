#pragma once

#include <string>

#include "multistate/policy/policy.h"

namespace multistate {

/// The faces of a policy, asked for once, when it is set up: nullptr where it has none. They point
/// into the policy, or into the base that it is made over.
struct Faces {
  const ScoringPolicy* scoring = nullptr;
  const EvictingPolicy* evicting = nullptr;
  const PooledPolicy* pooled = nullptr;
  const PromptPolicy* prompt = nullptr;
  const MergingPolicy* merging = nullptr;
  const LayerBudgets* budgets = nullptr;
  const SelectingPolicy* selecting = nullptr;
  float tie_tolerance = 0.0F;  ///< Of `scoring`.

  /// Whether there is a face that says which rows go.
  bool decides() const { return decides_steps() || pooled != nullptr || prompt != nullptr; }

  /// Whether there is a face that says which rows of one set go at any step.
  bool decides_steps() const { return scoring != nullptr || evicting != nullptr; }

  /// Whether the rows of a step can be scored: at the end of a prompt, by `prompt` if it is there;
  /// else by `scoring`.
  bool scores() const { return scoring != nullptr || prompt != nullptr; }

  /// Lets the policy that has scores take in the step, and score its rows [N].
  void observe(const StepView& step) const;
  void score(const StepView& step, std::span<float> scores) const;

  /// Lets them, or `evicting`, decide about one set of rows. `scratch` [N] holds the scores, if
  /// rows have to go.
  void evict(const StepView& step, std::span<float> scratch, Evictions& evictions) const;
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
