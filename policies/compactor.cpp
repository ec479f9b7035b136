// Compactor: of a prompt, keep rows by two scores, neither of which asks what the question will be:
// how far their keys stand apart, and what all tokens of their chunk, later ones included, attend
// to, times the length of the value. Both are brought to mean 0 and deviation 1 over the layer.
//
// Paper: Chari and Van Durme, Compactor: Calibrated Query-Agnostic KV Cache Compression with
// Approximate Leverage Scores, arXiv:2507.08143, as kvpress has it (CompactorPress, by the
// authors): chunks of 256, logits without a factor, 8 first and 4 newest rows that stay and do not
// count; 48 dimensions of 128. Scores whole prompts only.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "multistate/policy/key_leverage.h"
#include "multistate/policy/registry.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class Compactor final : public LayerPromptPolicy {
 public:
  struct Options {
    double blend = 0.5;
    int64_t chunk = 256;
    double sketch = 0.375;

    void visit(OptionVisitor& v) {
      v("blend", blend, {0.0, 100.0}, "weight of the keys' leverage; attention has 1");
      v("chunk", chunk, {1, 1 << 16}, "tokens that attend to each other");
      v("sketch", sketch, {1e-3, 1.0},
        "dimensions that keys are projected to, as a share of theirs");
    }
  };

  explicit Compactor(const Options& options) : options_(options) {}

  Needs needs() const override {
    return {.keys = true, .values = true, .random = true, .token_queries = true};
  }

  void score_layer(std::span<const PromptView> sets,
                   std::span<const std::span<float>> scores) const override {
    const int64_t first = sets.front().first_candidate();
    const auto rows = static_cast<size_t>(sets.front().end_candidates() - first);
    std::vector<float> apart;  // [heads of the layer][rows], and so is the other.
    std::vector<float> attended;
    for (const PromptView& set : sets) {
      for (int64_t head = 0; head < set.kv_heads(); ++head) {
        apart.resize(apart.size() + rows);
        find_key_leverage(set, head, options_.sketch, first, std::span(apart).last(rows));
        attended.resize(attended.size() + rows, 0.0F);
        attend(set, head, std::span(attended).last(rows));
      }
    }
    standardize(apart);
    standardize(attended);
    size_t next = 0;
    for (size_t i = 0; i < sets.size(); ++i) {
      std::fill(scores[i].begin(), scores[i].end(), 0.0F);
      for (int64_t head = 0; head < sets[i].kv_heads(); ++head) {
        for (size_t row = 0; row < rows; ++row, ++next) {
          scores[i][static_cast<size_t>(first) + row] +=
              static_cast<float>(options_.blend) * apart[next] + attended[next];
        }
      }
    }
  }

 private:
  /// What the queries of each chunk give its rows, times lengths of values, smoothed over three.
  void attend(const PromptView& set, int64_t kv_head, std::span<float> out) const {
    const int64_t group = set.heads() / set.kv_heads();
    const int64_t start = set.first_candidate();
    const auto chunk = static_cast<size_t>(options_.chunk);
    std::vector<float> sums(out.size(), 0.0F);
    std::vector<float> weights(std::min(chunk, out.size()));
    for (size_t first = 0; first < out.size(); first += chunk) {
      const size_t count = std::min(chunk, out.size() - first);
      const auto of_chunk = std::span(weights).first(count);
      const int64_t begin = start + static_cast<int64_t>(first);
      for (int64_t head = kv_head * group; head < (kv_head + 1) * group; ++head) {
        for (size_t query = 0; query < count; ++query) {
          const auto asks = set.token_query(head, begin + static_cast<int64_t>(query));
          for (size_t row = 0; row < count; ++row) {
            of_chunk[row] = dot(asks, set.key(kv_head, begin + static_cast<int64_t>(row)));
          }
          softmax(of_chunk);
          add_scaled(1.0F / static_cast<float>(group), of_chunk,
                     std::span(sums).subspan(first, count));
        }
      }
    }
    for (size_t row = 0; row < out.size(); ++row) {
      const auto value = set.value(kv_head, start + static_cast<int64_t>(row));
      const float part = sums[row] * std::sqrt(dot(value, value)) / 3.0F;
      for (size_t near = row - std::min<size_t>(row, 1); near < std::min(row + 2, out.size());
           ++near) {
        out[near] += part;
      }
    }
  }

  static void standardize(std::span<float> scores) {
    const auto count = static_cast<double>(scores.size());
    const double mean = std::accumulate(scores.begin(), scores.end(), 0.0) / count;
    double squares = 0.0;
    for (const float x : scores) {
      squares += (static_cast<double>(x) - mean) * (static_cast<double>(x) - mean);
    }
    const double deviation = std::max(std::sqrt(squares / std::max(count - 1.0, 1.0)), 1e-6);
    for (float& x : scores) {
      x = static_cast<float>((static_cast<double>(x) - mean) / deviation);
    }
  }

  Options options_;
};

const PolicyRegistration<Compactor> kRegistration{{
    .name = "compactor",
    .display_name = "Compactor",
    .version = 1,
    .summary = "of a prompt, keep rows whose keys stand apart or that their chunk attends to",
    .paper = "Chari and Van Durme 2025, arXiv:2507.08143",
    .deviations =
        "as kvpress, by the authors, has it: all rows have leverage together and chunks are of "
        "256, "
        "in the authors' engine of 512 and 128; but the weight of leverage is that of the engine, "
        "where kvpress takes the share of rows that go; a last chunk that is shorter is one by "
        "itself, where kvpress fills it up "
        "with empty tokens that attend; keys are projected to a share of their dimensions, where "
        "both take 48 of any number; a scope of several key/value heads adds up their scores",
    .defaults = {.sinks = 8,
                 .recent = {int64_t{4}},
                 .scope = Scope::kKvHead,
                 .prompt = Prompt::kOneShot,
                 .after_prompt = AfterPrompt::kKeep},
}};

}  // namespace
}  // namespace multistate
