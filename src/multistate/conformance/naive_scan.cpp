#include "multistate/conformance/naive_scan.h"

#include "multistate/conformance/naive_selection.h"
#include "multistate/conformance/naive_set.h"

namespace multistate {
namespace {

/// One step of all sets of a layer: each by itself, or together where they share a budget.
void decide_and_give_up(const PolicySetup& setup, std::vector<NaiveSet>& sets, int64_t t,
                        int64_t layer, const NaiveObserver& observer) {
  std::vector<Evictions> evictions(sets.size());
  std::vector<StepView> views;
  std::vector<std::span<float>> scores;
  for (NaiveSet& set : sets) {
    views.emplace_back(set.describe(t, layer), setup.needs);
    scores.push_back(set.scores());
  }
  const bool asked = views.front().observed() || views.front().ends_prompt();
  if (asked && setup.faces.pooled != nullptr) {
    setup.faces.pooled->evict_pooled(views, scores, evictions);
  }
  for (size_t i = 0; asked && i < sets.size() && setup.faces.pooled == nullptr; ++i) {
    setup.faces.evict(views[i], scores[i], evictions[i]);
  }
  if (asked && observer) {
    observer(views, scores);
  }
  for (size_t i = 0; i < sets.size(); ++i) {
    evictions[i].sort();
    sets[i].evict(evictions[i]);
  }
}

bool policy_decides(const NaiveInputs& inputs, const PolicySetup& setup, int64_t layer) {
  if (!setup.bounded() || !inputs.window) {
    return setup.bounded();
  }
  const LayerBudgets* budgets = setup.faces.budgets;
  const int64_t k =
      budgets != nullptr ? budgets->layer_budget(layer, 1, setup.state_size) : setup.state_size;
  return setup.common.windowed_layers == WindowedLayers::kPolicy &&
         *inputs.window - 1 > k + setup.common.every - 1;
}

}  // namespace

NaiveResult naive_scan(const NaiveInputs& inputs, const PolicySetup& setup, SampleSeed seed,
                       int64_t layer, const NaiveObserver& observer) {
  const bool decides = policy_decides(inputs, setup, layer);
  const bool by_head = decides && setup.common.scope == Scope::kKvHead;
  const int64_t sets = by_head ? inputs.kv_heads : 1;
  NaiveResult result;
  result.attended.resize(static_cast<size_t>(inputs.tokens * inputs.heads * inputs.head_size), 0.0);
  std::vector<NaiveSet> all;
  for (int64_t set = 0; set < sets; ++set) {
    const Heads heads = {set * inputs.heads / sets, (set + 1) * inputs.heads / sets,
                         set * inputs.kv_heads / sets, (set + 1) * inputs.kv_heads / sets};
    all.emplace_back(inputs, setup, decides, heads,
                     CounterRandom(seed.seed, seed.sample, static_cast<uint64_t>(layer),
                                   static_cast<uint64_t>(set)));
  }
  result.kept.resize(all.size());
  for (int64_t t = 0; t < inputs.tokens; ++t) {
    const auto is_read = naive_rows_read(inputs, setup, t, layer);
    for (NaiveSet& set : all) {
      set.attend(t, is_read, result);
    }
    if (decides) {
      decide_and_give_up(setup, all, t, layer, observer);
    }
    for (size_t set = 0; set < all.size(); ++set) {
      result.kept[set].push_back(all[set].kept());
    }
  }
  return result;
}

}  // namespace multistate
