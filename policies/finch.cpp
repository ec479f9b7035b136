// FINCH: of a prompt, keep the rows that its question attends to most.
//
// Paper: Corallo and Papotti, FINCH: Prompt-guided Key-Value Cache Compression for Large Language
// Models, TACL 2024, arXiv:2408.00167. A weight of the query at position p is multiplied by p:
// later queries share their attention among more rows. Scores whole prompts only.

#include <algorithm>

#include "multistate/policy/registry.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class Finch final : public PromptPolicy {
 public:
  struct Options {
    int64_t window = 128;

    void visit(OptionVisitor& v) {
      v("window", window, {1, 4096},
        "newest queries of the prompt that count: those of its question among them, or all where "
        "nobody says which tokens are the question");
    }
  };

  explicit Finch(const Options& options) : window_(options.window) {}

  Needs needs() const override { return {.prompt_queries = window_}; }

  void score_prompt(const PromptView& prompt, std::span<float> scores) const override {
    const int64_t newest =
        prompt.question() > 0 ? std::min(prompt.question(), prompt.queries()) : prompt.queries();
    const int64_t old = prompt.rows() - newest;
    std::fill(scores.begin(), scores.end(), 0.0F);
    for (int64_t head = 0; head < prompt.heads(); ++head) {
      for (int64_t i = 0; i < newest; ++i) {
        add_scaled(static_cast<float>(old + i),
                   prompt.prompt_attention(head, prompt.queries() - newest + i), scores);
      }
    }
    const float most = *std::max_element(scores.begin(), scores.begin() + old);
    std::fill(scores.begin() + old, scores.end(), most + 1.0F);
  }

 private:
  int64_t window_;
};

const PolicyRegistration<Finch> kRegistration{{
    .name = "finch",
    .display_name = "FINCH",
    .version = 1,
    .summary = "of a prompt, keep the rows that its question attends to most",
    .paper = "Corallo and Papotti 2024, arXiv:2408.00167",
    .deviations = "the prompt is cut once, where the paper cuts it chunk by chunk; keys stay at "
                  "their positions, where the authors move the rows that are kept together; the "
                  "heads of a group share one score, their mean",
    .defaults = {.scope = Scope::kKvHead,
                 .prompt = Prompt::kOneShot,
                 .after_prompt = AfterPrompt::kKeep},
}};

}  // namespace
}  // namespace multistate
