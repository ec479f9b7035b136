#include "multistate/conformance/naive_scan.h"

#include <numeric>

#include "multistate/conformance/naive_selection.h"
#include "multistate/conformance/naive_set.h"

namespace multistate {
namespace {

/// Gives the sets what the layer shares out among them, alone as it is. `views` shows them after
/// `prompt` tokens.
void share_out(const PolicySetup& setup, const std::vector<StepView>& views, int64_t prompt,
               std::vector<NaiveSet>& sets) {
  const int64_t of_set = setup.faces.measured->measures_a_set(prompt);
  std::vector<float> measures(sets.size() * static_cast<size_t>(of_set));
  setup.faces.measured->measure(views, measures);
  std::vector<int64_t> rows(sets.size());
  setup.faces.measured->share_out(measures, setup.state_size, setup.guarded(), rows);
  const int64_t all = std::accumulate(rows.begin(), rows.end(), int64_t{0});
  for (size_t set = 0; set < sets.size(); ++set) {
    sets[set].keep(setup.faces.pooled != nullptr ? all / std::ssize(rows) : rows[set]);
  }
}

/// The same before the first token, and with token t, where the policy measures then.
void share_out_first(const PolicySetup& setup, std::vector<NaiveSet>& sets, int64_t layer) {
  if (setup.faces.measured == nullptr || !setup.faces.measured->measures_first()) {
    return;
  }
  std::vector<StepView> views;
  views.reserve(sets.size());
  for (NaiveSet& set : sets) {
    views.emplace_back(set.describe_heads(layer), setup.needs);
  }
  share_out(setup, views, 0, sets);
}

void share_out_at(const NaiveInputs& inputs, const PolicySetup& setup, std::vector<NaiveSet>& sets,
                  int64_t t, int64_t layer) {
  const int64_t most = setup.state_size + setup.common.every - 1;
  if (setup.faces.measured == nullptr || setup.faces.measured->measures_first() ||
      t + 1 != inputs.prompt || inputs.prompt <= most) {
    return;
  }
  std::vector<StepView> views;
  views.reserve(sets.size());
  for (NaiveSet& set : sets) {
    views.emplace_back(set.describe(t, layer), setup.needs);
  }
  share_out(setup, views, inputs.prompt, sets);
}

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
  if (asked && setup.faces.pooled == nullptr) {
    setup.faces.evict(views, scores, evictions);
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
  if (decides) {
    share_out_first(setup, all, layer);
  }
  for (int64_t t = 0; t < inputs.tokens; ++t) {
    const auto is_read = naive_rows_read(inputs, setup, t, layer);
    for (NaiveSet& set : all) {
      set.attend(t, is_read, result);
    }
    if (decides) {
      share_out_at(inputs, setup, all, t, layer);
      decide_and_give_up(setup, all, t, layer, observer);
    }
    for (size_t set = 0; set < all.size(); ++set) {
      result.kept[set].push_back(all[set].kept());
    }
  }
  return result;
}

}  // namespace multistate
