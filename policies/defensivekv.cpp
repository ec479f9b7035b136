// DefensiveKV: of a prompt, keep the rows that any of its newest queries may need. A row counts by
// the most that any query of any head gives it, in the place of the mean, and by no less than the
// mean row: attention that was low until now may be high for the next query.
//
// Paper: Feng et al., Taming the Fragility of KV Cache Eviction in LLM Inference, arXiv:2510.13334,
// by the authors' code: weights are smoothed; rows that have 90 % of the mean attention, less what
// the rows just before the window have, come first; then score times length of the projected value,
// as a share of that of all heads. Published with heads that share a budget: `{name: adakv, base:
// defensivekv, safeguard: 0}`. Scores whole prompts only.

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class DefensiveKv final : public LayerPromptPolicy {
 public:
  struct Options {
    int64_t window = 32;
    int64_t kernel = 5;

    void visit(OptionVisitor& v) {
      v("window", window, {1, 1024}, "newest queries whose attention counts");
      v("kernel", kernel, {1, 1023}, "neighbouring rows that attention is smoothed over");
    }
  };

  explicit DefensiveKv(const Options& options)
      : window_(options.window), reach_(static_cast<size_t>(options.kernel / 2)) {}

  Needs needs() const override {
    return {.value_norms = true, .prompt_queries = window_, .scratch = 1};
  }

  void score_layer(std::span<const PromptView> sets,
                   std::span<const std::span<float>> scores) const override {
    const int64_t most_rows = std::min(sets.front().rows(), sets.front().state_size()) - 1;
    const int64_t window = std::min(window_, std::max<int64_t>(most_rows, 1));
    const auto old = static_cast<size_t>(sets.front().rows() - window);
    double near_window = 0.0;
    std::vector<std::vector<double>> means;
    for (size_t i = 0; i < sets.size(); ++i) {
      means.push_back(most_and_mean(sets[i], window, scores[i].first(old)));
      const auto near = means[i].end() - std::min<std::ptrdiff_t>(window, std::ssize(means[i]));
      near_window += std::accumulate(near, means[i].end(), 0.0) / static_cast<double>(sets.size());
    }
    for (size_t i = 0; i < sets.size(); ++i) {
      for (size_t row = 0; row < old; ++row) {
        float norms = 0.0F;
        for (const PromptView& set : sets) {
          norms += set.value_norms()[row];
        }
        scores[i][row] *= norms == 0.0F ? 0.0F : sets[i].value_norms()[row] / norms;
      }
      const int64_t most = std::max<int64_t>(sets[i].state_size() - window, 0);
      keep_first(means[i], kMass - near_window, most, scores[i]);
      std::fill(scores[i].begin() + static_cast<std::ptrdiff_t>(old), scores[i].end(), kFirst);
    }
  }

 private:
  static constexpr double kMass = 0.9;
  static constexpr float kFirst = std::numeric_limits<float>::max();
  static float larger(float a, float b) { return a >= b || std::isnan(a) ? a : b; }

  /// The most that any query gives each row once smoothed, and no less than the mean of that; and
  /// the mean of what they give it. Rows are those before the window.
  std::vector<double> most_and_mean(const PromptView& set, int64_t window,
                                    std::span<float> most) const {
    const auto smooth = set.scratch().first(most.size());
    const auto parts = static_cast<double>(set.heads() * window);
    std::vector<double> mean(most.size(), 0.0);
    std::fill(most.begin(), most.end(), 0.0F);
    for (int64_t head = 0; head < set.heads(); ++head) {
      for (int64_t query = set.queries() - window; query < set.queries(); ++query) {
        const auto weights = set.prompt_attention(head, query).first(most.size());
        const float scale = smoothed(weights, smooth);
        for (size_t row = 0; row < most.size(); ++row) {
          most[row] = larger(most[row], smooth[row] * scale);
          mean[row] += static_cast<double>(weights[row]) / parts;
        }
      }
    }
    const double sum = std::accumulate(most.begin(), most.end(), 0.0);
    const auto least = static_cast<float>(sum / static_cast<double>(most.size()));
    for (float& x : most)
      x = larger(x, least);
    return mean;
  }

  /// Sums of neighbours, and the factor that gives them the sum of the weights.
  float smoothed(std::span<const float> weights, std::span<float> out) const {
    for (size_t row = 0; row < out.size(); ++row) {
      const size_t first = row - std::min(row, reach_);
      const size_t end = std::min(row + reach_ + 1, out.size());
      out[row] = std::accumulate(weights.begin() + static_cast<std::ptrdiff_t>(first),
                                 weights.begin() + static_cast<std::ptrdiff_t>(end), 0.0F);
    }
    const float sum = std::accumulate(out.begin(), out.end(), 0.0F);
    return sum == 0.0F ? 0.0F : std::accumulate(weights.begin(), weights.end(), 0.0F) / sum;
  }

  /// Puts at most `most` rows first: those that have less than `share` of the mean attention.
  static void keep_first(std::span<const double> mean, double share, int64_t most,
                         std::span<float> scores) {
    const double all = std::accumulate(mean.begin(), mean.end(), 0.0);
    std::vector<size_t> rows(std::isnan(all) ? 0 : mean.size());
    std::iota(rows.begin(), rows.end(), size_t{0});
    std::stable_sort(rows.begin(), rows.end(),
                     [&](size_t a, size_t b) { return mean[a] > mean[b]; });
    double sum = 0.0;
    for (const size_t row : rows) {
      sum += mean[row];
      if (sum >= share * all || most-- <= 0) {
        return;
      }
      scores[row] = kFirst;
    }
  }

  int64_t window_;
  size_t reach_;
};

const PolicyRegistration<DefensiveKv> kRegistration{{
    .name = "defensivekv",
    .display_name = "DefensiveKV",
    .version = 1,
    .summary = "of a prompt, keep rows by the most attention that any of its newest queries gives",
    .paper = "Feng et al. 2025, arXiv:2510.13334",
    .deviations =
        "heads keep as many rows each, where the authors' share a budget (`{name: adakv, base: "
        "defensivekv, safeguard: 0}`); a window as long as the prompt or the cache is "
        "shortened, where their code refuses it; with `scope: layer` lengths of values are those "
        "of "
        "all heads, and change nothing",
    .defaults = {.recent = {int64_t{32}},
                 .scope = Scope::kKvHead,
                 .prompt = Prompt::kOneShot,
                 .after_prompt = AfterPrompt::kKeep},
}};

}  // namespace
}  // namespace multistate
