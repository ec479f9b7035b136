// CurDKV: of a prompt, keep the rows with the largest approximate leverage: the share that a row
// has of the squared lengths of the keys in its stretch of the prompt, times the same of values.
//
// Paper: Sengupta et al., Value-Guided KV Compression for LLMs via Approximated CUR Decomposition,
// arXiv:2509.15038, with the defaults of kvpress: stretches of 16 rows, 4 sinks, no random
// projection. Scores whole prompts only.

#include <algorithm>
#include <numeric>

#include "multistate/policy/registry.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class Cur final : public PromptPolicy {
 public:
  struct Options {
    int64_t stretch = 16;

    void visit(OptionVisitor& v) {
      v("stretch", stretch, {1, 1 << 20}, "rows within which lengths are compared");
    }
  };

  explicit Cur(const Options& options) : stretch_(static_cast<size_t>(options.stretch)) {}

  Needs needs() const override { return {.keys = true, .values = true, .scratch = 2}; }

  void score_prompt(const PromptView& prompt, std::span<float> scores) const override {
    const auto keys = prompt.scratch(0);
    const auto values = prompt.scratch(1);
    std::fill(scores.begin(), scores.end(), 0.0F);
    for (int64_t head = 0; head < prompt.kv_heads(); ++head) {
      for (int64_t row = 0; row < prompt.rows(); ++row) {
        const auto key = prompt.key(head, row);
        const auto value = prompt.value(head, row);
        keys[static_cast<size_t>(row)] = dot(key, key);
        values[static_cast<size_t>(row)] = dot(value, value);
      }
      divide_by_sums(keys);
      divide_by_sums(values);
      for (size_t row = 0; row < scores.size(); ++row) {
        scores[row] += keys[row] * values[row];
      }
    }
  }

 private:
  /// Of each stretch, by its own.
  void divide_by_sums(std::span<float> numbers) const {
    for (size_t first = 0; first < numbers.size(); first += stretch_) {
      const auto part = numbers.subspan(first, std::min(stretch_, numbers.size() - first));
      const float sum = std::accumulate(part.begin(), part.end(), 0.0F);
      for (float& x : part) {
        x /= sum;
      }
    }
  }

  size_t stretch_;
};

const PolicyRegistration<Cur> kRegistration{{
    .name = "cur",
    .display_name = "CurDKV",
    .version = 1,
    .summary = "of a prompt, keep the rows whose keys and values are long beside their neighbours'",
    .paper = "Sengupta et al. 2025, arXiv:2509.15038",
    .deviations = "lengths are compared within stretches of 16 rows, as in kvpress; a scope of "
                  "several key/value heads adds up their scores",
    .defaults = {.sinks = 4,
                 .scope = Scope::kKvHead,
                 .prompt = Prompt::kOneShot,
                 .after_prompt = AfterPrompt::kKeep},
}};

}  // namespace
}  // namespace multistate
