#include "multistate/policy/faces.h"

#include <algorithm>

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
  take_own(policy, own.measured);
  take_own(policy, own.selecting);
  if (const auto* rescoring = dynamic_cast<const RescoringPolicy*>(&policy); rescoring != nullptr) {
    own.rescoring.push_back(rescoring);
  }
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
  const auto shares = [](const Faces& faces) {
    return faces.budgets != nullptr || faces.measured != nullptr;
  };
  if (shares(own) && shares(base)) {
    return fmt::format("it and its base {} both say how many rows each layer keeps", name);
  }
  const bool by_scores = base.scores() && base.evicting == nullptr && base.pooled == nullptr;
  if (!own.rescoring.empty() && (own.decides() || !by_scores)) {
    return fmt::format(
        "it makes scores of those of its base {}, which has to decide by scores alone, set by set; "
        "it decides nothing itself",
        name);
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

void Faces::score(std::span<const StepView> sets, std::span<const std::span<float>> scores) const {
  const bool whole_prompt = sets.front().ends_prompt();
  if (whole_prompt && layer_prompt != nullptr) {
    layer_prompt->score_layer(std::vector<PromptView>(sets.begin(), sets.end()), scores);
  }
  for (size_t i = 0; i < sets.size(); ++i) {
    if (!whole_prompt) {
      scoring->score(sets[i], scores[i]);
    } else if (layer_prompt == nullptr) {
      prompt->score_prompt(PromptView(sets[i]), scores[i]);
    }
    for (const RescoringPolicy* policy : rescoring) {
      policy->rescore(sets[i], scores[i]);
    }
  }
}

void Faces::evict(std::span<const StepView> sets, std::span<const std::span<float>> scratch,
                  std::span<Evictions> evictions) const {
  const bool by_scores = evicting == nullptr || sets.front().ends_prompt();
  int64_t most = 0;
  for (size_t i = 0; i < sets.size(); ++i) {
    if (by_scores) {
      observe(sets[i]);
      most = std::max(most, sets[i].excess());
    } else {
      evicting->evict(sets[i], scratch[i], evictions[i]);
    }
  }
  if (most == 0) {
    return;
  }
  score(sets, scratch);
  for (size_t i = 0; i < sets.size(); ++i) {
    evict_lowest(sets[i], scratch[i], sets[i].excess(), evictions[i], tie_tolerance);
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
  faces.layer_prompt = dynamic_cast<const LayerPromptPolicy*>(faces.prompt);
  faces.pooled = own.pooled != nullptr ? own.pooled : faces.pooled;
  faces.merging = own.merging != nullptr ? own.merging : faces.merging;
  faces.budgets = own.budgets != nullptr ? own.budgets : faces.budgets;
  faces.measured = own.measured != nullptr ? own.measured : faces.measured;
  faces.selecting = own.selecting != nullptr ? own.selecting : faces.selecting;
  if (own.decides_steps() || own.prompt != nullptr) {
    faces.rescoring.clear();  // The base's are in what the policy asks of it.
  }
  faces.rescoring.insert(faces.rescoring.end(), own.rescoring.begin(), own.rescoring.end());
  const bool as_they_are = faces.scoring != nullptr && faces.rescoring.empty();
  faces.tie_tolerance = as_they_are ? faces.scoring->tie_tolerance() : 0.0F;
  return faces;
}

Needs needs_of(const Policy& policy) {
  Needs needs = policy.needs();
  if (faces_of(policy).prompt == nullptr) {
    needs.prompt_queries = 0;
    needs.token_queries = false;
    needs.replay = {};
  }
  return needs;
}

std::string problem_with_faces(const Policy& policy) {
  const Faces own = own_faces(policy);
  if (own.scoring != nullptr && own.evicting != nullptr) {
    return "it derives from ScoringPolicy and from EvictingPolicy, of which one decides";
  }
  const Faces all = faces_of(policy);
  if (all.selecting != nullptr && (all.decides() || all.merging != nullptr ||
                                   all.budgets != nullptr || all.measured != nullptr)) {
    return "it selects the rows that queries read, all of which have to stay, so it can have no "
           "face beside SelectingPolicy";
  }
  if (!own.rescoring.empty() && dynamic_cast<const PolicyOverBase*>(&policy) == nullptr) {
    return "it makes scores of those of a base, so it has to be a PolicyOverBase";
  }
  if (const auto* over = dynamic_cast<const PolicyOverBase*>(&policy); over != nullptr) {
    const std::string inner = problem_with_faces(over->base());
    return inner.empty() ? problem_over(own, *over)
                         : fmt::format("its base {}: {}", over->base_name(), inner);
  }
  return "";
}

}  // namespace multistate
