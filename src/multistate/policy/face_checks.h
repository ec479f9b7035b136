#pragma once

#include <concepts>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>

#include "multistate/policy/policy.h"

// What the compiler cannot see by itself of a policy's class: a function that looks like one of a
// face and would never be called. PolicyRegistration asserts it, so that it holds for plug-ins as
// well, with whatever warnings they are compiled.

namespace multistate::face_checks {

template <class Member>
struct SignatureOf;
template <class F, class C>
struct SignatureOf<F C::*> {
  using Type = F;
};

/// Whether a member function has the signature F or, as an override may, F and noexcept.
template <class Member, class F, class NoexceptF>
concept Overrides = std::same_as<typename SignatureOf<Member>::Type, F> ||
    std::same_as<typename SignatureOf<Member>::Type, NoexceptF>;

/// The functions of Policy and ScoringPolicy that need not be overridden: each is public, there
/// once, and the face's own or one with its signature.
template <class P>
concept NeedsFit = requires {
  requires Overrides<decltype(&P::needs), Needs() const, Needs() const noexcept>;
};
template <class P>
concept ProblemFits = requires {
  requires Overrides<decltype(&P::problem_with), std::string(int64_t, int64_t) const,
                     std::string(int64_t, int64_t) const noexcept>;
};
template <class P>
concept ObserveFits = requires {
  requires Overrides<decltype(&P::observe), void(const StepView&) const,
                     void(const StepView&) const noexcept>;
};
template <class P>
concept ToleranceFits = requires {
  requires Overrides<decltype(&P::tie_tolerance), float() const, float() const noexcept>;
};

/// Whether P has a function of this name, which is the face's where P derives from it.
template <class P>
concept HasScore = requires {
  &P::score;
}
|| requires(const P& p, const StepView& step, std::span<float> scores) {
  p.score(step, scores);
};
template <class P>
concept HasObserve = requires {
  &P::observe;
}
|| requires(const P& p, const StepView& step) {
  p.observe(step);
};
template <class P>
concept HasTolerance = requires {
  &P::tie_tolerance;
}
|| requires(const P& p) {
  p.tie_tolerance();
};
template <class P>
concept HasEvict = requires {
  &P::evict;
}
|| requires(const P& p, const StepView& step, std::span<float> scratch, Evictions& evictions) {
  p.evict(step, scratch, evictions);
};
template <class P>
concept HasEvictPooled = requires {
  &P::evict_pooled;
};
template <class P>
concept HasScorePrompt = requires {
  &P::score_prompt;
}
|| requires(const P& p, const PromptView& prompt, std::span<float> scores) {
  p.score_prompt(prompt, scores);
};
template <class P>
concept HasScoreLayer = requires {
  &P::score_layer;
};
template <class P>
concept HasRescore = requires {
  &P::rescore;
}
|| requires(const P& p, const StepView& step, std::span<float> scores) {
  p.rescore(step, scores);
};
template <class P>
concept HasMeasure = requires {
  &P::measure;
}
|| requires {
  &P::share_out;
}
|| requires {
  &P::measures_first;
};
template <class P>
concept HasMerge = requires {
  &P::merge;
}
|| requires(const P& p, const StepView& step, std::span<const int64_t> rows, RowEditor& editor) {
  p.merge(step, rows, editor);
};
template <class P>
concept HasLayerBudget = requires {
  &P::layer_budget;
};
template <class P>
concept HasSelect = requires {
  &P::select;
}
|| requires(const P& p, const QueryView& query, RowsRead& read) {
  p.select(query, read);
};
template <class P>
concept HasSelectsIn = requires {
  &P::selects_in;
}
|| requires(const P& p, int64_t layer) {
  p.selects_in(layer);
};
template <class P>
concept SelectsInFits = requires {
  requires Overrides<decltype(&P::selects_in), bool(int64_t) const, bool(int64_t) const noexcept>;
};

/// Whether P derives from a face that says which rows go, or changes those that stay.
template <class P>
concept Evicts = std::derived_from<P, ScoringPolicy> || std::derived_from<P, EvictingPolicy> ||
    std::derived_from<P, PooledPolicy> || std::derived_from<P, PromptPolicy> ||
    std::derived_from<P, MergingPolicy> || std::derived_from<P, LayerBudgets> ||
    std::derived_from<P, MeasuredBudgets> || std::derived_from<P, RescoringPolicy>;

/// Refuses to compile a class that has a function of a face which it does not derive from, or one
/// that hides a face's function in the place of overriding it.
template <class P>
constexpr void check() {
  static_assert(std::derived_from<P, Policy>,
                "a policy derives from its faces: ScoringPolicy, EvictingPolicy, ...");
  constexpr bool kScores = std::derived_from<P, ScoringPolicy>;
  constexpr bool kEvicts = std::derived_from<P, EvictingPolicy>;
  static_assert(!(kScores && kEvicts),
                "a policy is a ScoringPolicy or an EvictingPolicy, not both");
  static_assert(kScores || !(HasScore<P> || HasObserve<P> || HasTolerance<P>),
                "score(), observe() and tie_tolerance() are called of a ScoringPolicy only: derive "
                "from it");
  static_assert(kEvicts || !HasEvict<P>,
                "evict() is called of an EvictingPolicy only: derive from it");
  static_assert(std::derived_from<P, PooledPolicy> || !HasEvictPooled<P>,
                "evict_pooled() is called of a PooledPolicy only: derive from it");
  static_assert(std::derived_from<P, PromptPolicy> || !HasScorePrompt<P>,
                "score_prompt() is called of a PromptPolicy only: derive from it");
  static_assert(std::derived_from<P, LayerPromptPolicy> || !HasScoreLayer<P>,
                "score_layer() is called of a LayerPromptPolicy only: derive from it");
  static_assert(std::derived_from<P, RescoringPolicy> || !HasRescore<P>,
                "rescore() is called of a RescoringPolicy only: derive from it");
  static_assert(std::derived_from<P, MeasuredBudgets> || !HasMeasure<P>,
                "measure(), measures_first() and share_out() are called of MeasuredBudgets only: "
                "derive from it");
  static_assert(std::derived_from<P, MergingPolicy> || !HasMerge<P>,
                "merge() is called of a MergingPolicy only: derive from it");
  static_assert(std::derived_from<P, LayerBudgets> || !HasLayerBudget<P>,
                "layer_budget() is called of LayerBudgets only: derive from it");
  constexpr bool kSelects = std::derived_from<P, SelectingPolicy>;
  static_assert(!(kSelects && Evicts<P>), "a SelectingPolicy evicts nothing and has no other face");
  static_assert(kSelects || !(HasSelect<P> || HasSelectsIn<P>),
                "select() and selects_in() are called of a SelectingPolicy only: derive from it");
  static_assert(NeedsFit<P>,
                "needs() is never called: make it public and 'Needs needs() const override'");
  static_assert(ProblemFits<P>,
                "problem_with() is never called: make it public and 'std::string "
                "problem_with(int64_t k, int64_t sinks) const override'");
  if constexpr (kSelects) {
    static_assert(
        SelectsInFits<P>,
        "selects_in() is never called: make it public and 'bool selects_in(int64_t layer) "
        "const override'");
  }
  if constexpr (kScores) {
    static_assert(ObserveFits<P>,
                  "observe() is never called: make it public and 'void observe(const StepView& "
                  "step) const override'");
    static_assert(ToleranceFits<P>,
                  "tie_tolerance() is never called: make it public and 'float tie_tolerance() "
                  "const override'");
  }
}

}  // namespace multistate::face_checks
