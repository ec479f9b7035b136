#include "multistate/policy/faces.h"

#include <fmt/format.h>

#include "multistate/policy/policy_over_base.h"

namespace multistate {
namespace {

/// Puts the face that the policy derives from in the place of its base's.
template <class Face>
void take_own(const Policy& policy, const Face*& face) {
  if (const auto* own = dynamic_cast<const Face*>(&policy); own != nullptr) {
    face = own;
  }
}

/// The faces that the policy itself derives from.
Faces own_faces(const Policy& policy) {
  Faces own;
  take_own(policy, own.scoring);
  take_own(policy, own.evicting);
  take_own(policy, own.pooled);
  take_own(policy, own.prompt);
  take_own(policy, own.merging);
  take_own(policy, own.budgets);
  take_own(policy, own.selecting);
  return own;
}

/// What a policy over a base may not do to it.
std::string problem_over(const Faces& own, const PolicyOverBase& policy) {
  const Faces& base = policy.base_faces();
  const std::string& name = policy.base_name();
  if (own.decides() && base.pooled != nullptr) {
    return fmt::format(
        "its base {} shares rows out among the heads of a layer, which leaves it nothing to "
        "decide; a policy that does so has to be the outer one",
        name);
  }
  if (own.budgets != nullptr && base.budgets != nullptr) {
    return fmt::format("it and its base {} both say how many rows each layer keeps", name);
  }
  if (own.merging != nullptr && base.merging != nullptr) {
    return fmt::format("it and its base {} both merge rows", name);
  }
  return "";
}

}  // namespace

void Faces::observe(const StepView& step) const {
  if (scoring != nullptr && step.observed()) {
    scoring->observe(step);
  }
}

void Faces::score(const StepView& step, std::span<float> scores) const {
  if (step.ends_prompt()) {
    prompt->score_prompt(PromptView(step), scores);
  } else {
    scoring->score(step, scores);
  }
}

void Faces::evict(const StepView& step, std::span<float> scratch, Evictions& evictions) const {
  if (evicting != nullptr && !step.ends_prompt()) {
    evicting->evict(step, scratch, evictions);
    return;
  }
  observe(step);
  if (const int64_t excess = step.excess(); excess > 0) {
    score(step, scratch);
    evict_lowest(step, scratch, excess, evictions, tie_tolerance);
  }
}

Faces faces_of(const Policy& policy) {
  Faces faces;
  if (const auto* over = dynamic_cast<const PolicyOverBase*>(&policy); over != nullptr) {
    faces = over->base_faces();
  }
  const Faces own = own_faces(policy);
  if (own.decides_steps()) {
    faces.scoring = own.scoring;
    faces.evicting = own.evicting;
  }
  // A policy that decides does so at the end of a prompt, too, whatever its base has for that.
  if (own.decides_steps() || own.prompt != nullptr) {
    faces.prompt = own.prompt;
  }
  faces.pooled = own.pooled != nullptr ? own.pooled : faces.pooled;
  faces.merging = own.merging != nullptr ? own.merging : faces.merging;
  faces.budgets = own.budgets != nullptr ? own.budgets : faces.budgets;
  faces.selecting = own.selecting != nullptr ? own.selecting : faces.selecting;
  faces.tie_tolerance = faces.scoring != nullptr ? faces.scoring->tie_tolerance() : 0.0F;
  return faces;
}

Needs needs_of(const Policy& policy) {
  Needs needs = policy.needs();
  if (faces_of(policy).prompt == nullptr) {
    needs.prompt_queries = 0;
  }
  return needs;
}

std::string problem_with_faces(const Policy& policy) {
  const Faces own = own_faces(policy);
  if (own.scoring != nullptr && own.evicting != nullptr) {
    return "it derives from ScoringPolicy and from EvictingPolicy, of which one decides";
  }
  const Faces all = faces_of(policy);
  if (all.selecting != nullptr &&
      (all.decides() || all.merging != nullptr || all.budgets != nullptr)) {
    return "it selects the rows that queries read, all of which have to stay, so it can have no "
           "face beside SelectingPolicy";
  }
  if (const auto* over = dynamic_cast<const PolicyOverBase*>(&policy); over != nullptr) {
    const std::string inner = problem_with_faces(over->base());
    return inner.empty() ? problem_over(own, *over)
                         : fmt::format("its base {}: {}", over->base_name(), inner);
  }
  return "";
}

}  // namespace multistate
