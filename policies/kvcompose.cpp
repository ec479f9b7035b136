// KVCompose: of a prompt, every head keeps the rows that it looks up when the prompt is read again.
// Heads of a layer keep the same number, each its own; the n-th best rows of all heads make one
// composite row, and layers compete for these.
//
// Paper: Akulov et al., KVCompose: Efficient Structured KV Cache Compression with Composite Tokens,
// arXiv:2509.05165, as kvpress has it (KVComposePress, structured): the prompt is read again once,
// without an instruction; a head's score of a row is the mean over its group of the largest
// weight, and the mean over all heads is added to it; the first layer gets as much as any.

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "multistate/policy/registry.h"
#include "multistate/policy/row_selection.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class KvCompose final : public LayerPromptPolicy, public MeasuredBudgets {
 public:
  Needs needs() const override { return {.replay = Replay{.chunk = kWhole}}; }

  void score_layer(std::span<const PromptView> sets,
                   std::span<const std::span<float>> scores) const override {
    std::vector<float> mean(scores.front().size(), 0.0F);
    for (size_t set = 0; set < sets.size(); ++set) {
      std::fill(scores[set].begin(), scores[set].end(), 0.0F);
      for (int64_t head = 0; head < sets[set].heads(); ++head) {
        add_scaled(1.0F / static_cast<float>(sets[set].heads()), sets[set].replay_attention(head),
                   scores[set]);
      }
      add_scaled(1.0F / static_cast<float>(sets.size()), scores[set], mean);
    }
    for (size_t set = 0; set < sets.size(); ++set) {
      add_scaled(1.0F, mean, scores[set]);
    }
  }

  /// The composite rows of the layer, the best first, and which layer it is.
  int64_t measures_a_set(int64_t tokens) const override { return tokens + 1; }

  void measure(std::span<const StepView> sets, std::span<float> measures) const override {
    const size_t of_set = measures.size() / sets.size();
    std::vector<std::span<float>> scores;
    for (size_t set = 0; set < sets.size(); ++set) {
      scores.push_back(measures.subspan(set * of_set, of_set - 1));
    }
    score_layer(std::vector<PromptView>(sets.begin(), sets.end()), scores);
    if (std::any_of(measures.begin(), measures.end(), [](float x) { return std::isnan(x); })) {
      return;  // They cannot be sorted, and are refused.
    }
    std::vector<float> composite(of_set, 0.0F);
    for (const std::span<float>& of_head : scores) {
      std::sort(of_head.begin(), of_head.end(), std::greater<>());
      add_scaled(1.0F / static_cast<float>(sets.size()), of_head,
                 std::span(composite).first(of_set - 1));
    }
    composite.back() = static_cast<float>(sets.front().layer());
    for (size_t set = 0; set < sets.size(); ++set) {
      std::copy(composite.begin(), composite.end(), measures.subspan(set * of_set).begin());
    }
  }

  void share_out(std::span<const float> measures, int64_t k, int64_t guarded,
                 std::span<int64_t> rows) const override {
    const size_t of_set = measures.size() / rows.size();
    const auto least = static_cast<size_t>(guarded) + 1;
    std::vector<std::vector<float>> layers;
    std::vector<size_t> layer_of_set;
    for (size_t set = 0; set < rows.size(); ++set) {
      const auto own = measures.subspan(set * of_set, of_set);
      if (set == 0 || own.back() != measures[set * of_set - 1]) {
        layers.emplace_back(own.begin(), own.end() - 1);
      }
      layer_of_set.push_back(layers.size() - 1);
    }
    std::vector<float> all;
    for (const std::vector<float>& layer : layers) {
      for (size_t row = 0; row < layer.size(); ++row) {
        layers.front()[row] = std::max(layers.front()[row], layer[row]);
      }
    }
    for (std::vector<float>& layer : layers) {
      std::fill_n(layer.begin(), least, kStays);
      all.insert(all.end(), layer.begin(), layer.end());
    }
    LargestCut cut = cut_of_largest(all, k * std::ssize(layers));
    std::vector<int64_t> kept;
    for (const std::vector<float>& layer : layers) {
      const auto above =
          std::count_if(layer.begin(), layer.end(), [&](float score) { return score > cut.least; });
      const int64_t ties =
          std::min<int64_t>(cut.equal, std::count(layer.begin(), layer.end(), cut.least));
      cut.equal -= ties;
      kept.push_back(above + ties);
    }
    for (size_t set = 0; set < rows.size(); ++set) {
      rows[set] = kept[layer_of_set[set]];
    }
  }

 private:
  static constexpr int64_t kWhole = int64_t{1} << 40;  ///< More than any prompt.
  static constexpr float kStays = 4.0F;                ///< More than twice any weight.
};

const PolicyRegistration<KvCompose> kRegistration{{
    .name = "kvcompose",
    .display_name = "KVCompose",
    .version = 1,
    .summary = "heads keep what they look up to write the prompt again, layers compete by ranks",
    .paper = "Akulov et al. 2025, arXiv:2509.05165",
    .deviations = "a layer keeps at least one row beside the protected ones",
    .defaults = {.scope = Scope::kKvHead,
                 .prompt = Prompt::kOneShot,
                 .after_prompt = AfterPrompt::kKeep},
}};

}  // namespace
}  // namespace multistate
