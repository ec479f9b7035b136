#include "multistate/engine/layer_shares.h"

#include <numeric>

#include <fmt/format.h>

#include "multistate/engine/decision.h"
#include "multistate/engine/policy_call.h"
#include "multistate/engine/set_inputs.h"

namespace multistate {

std::vector<int64_t> shares_of(const PolicySetup& setup, std::span<const float> measures,
                               int64_t sets) {
  std::vector<int64_t> rows(static_cast<size_t>(sets), 0);
  call_policy(setup, 0, 0, [&] {
    setup.faces.measured->share_out(measures, setup.state_size, setup.guarded(), rows);
    const int64_t all = std::accumulate(rows.begin(), rows.end(), int64_t{0});
    if (all > sets * setup.state_size) {
      throw PolicyError(Breach::kRows,
                        fmt::format("sets get {} rows where {} sets of {} are allowed", all, sets,
                                    setup.state_size));
    }
  });
  return rows;
}

void share_out_rows(std::span<const std::vector<float>> measures, std::span<LayerState> layers) {
  // Layers of one policy come one after the other, but for those with windows, which have none.
  for (size_t first = 0; first < layers.size();) {
    if (measures[first].empty()) {
      ++first;
      continue;
    }
    const PolicySetup& setup = layers[first].setup();
    std::vector<float> all;
    int64_t sets = 0;
    size_t end = first;
    for (; end < layers.size() && (measures[end].empty() || &layers[end].setup() == &setup);
         ++end) {
      all.insert(all.end(), measures[end].begin(), measures[end].end());
      sets += measures[end].empty() ? 0 : std::ssize(layers[end].sets());
    }
    const auto rows = shares_of(setup, all, sets);
    std::span<const int64_t> left = rows;
    for (; first < end; ++first) {
      if (!measures[first].empty()) {
        const size_t own = layers[first].sets().size();
        layers[first].keep(left.first(own));
        left = left.subspan(own);
      }
    }
  }
}

void share_out_first(std::span<LayerState> layers) {
  std::vector<std::vector<float>> measures(layers.size());
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    LayerState& state = layers[layer];
    const PolicySetup& setup = state.setup();
    if (setup.faces.measured == nullptr || !setup.faces.measured->measures_first()) {
      continue;
    }
    std::vector<StepData> data(state.sets().size());
    std::vector<StepView> views;
    for (size_t set = 0; set < data.size(); ++set) {
      describe_heads(state, state.sets()[set], data[set]);
      views.emplace_back(data[set], setup.needs);
    }
    measures[layer].resize(views.size() *
                           static_cast<size_t>(setup.faces.measured->measures_a_set(0)));
    measure(setup, views, measures[layer]);
  }
  share_out_rows(measures, layers);
}

}  // namespace multistate
