// KVzip: of a prompt, keep the rows that the model looks up to write it once more. Heads and layers
// compete: the rows with the lowest scores go, wherever they are.
//
// Paper: Kim et al., KVzip: Query-Agnostic KV Cache Compression with Context Reconstruction,
// arXiv:2505.23416. The prompt is read again, part by part, behind "Repeat the previous context
// exactly."; a row's score is the largest weight that any query of its group gives it meanwhile, as
// in the authors' code and kvpress (KVzipPress): parts of 2,048, the first 4 rows stay and count.

#include <algorithm>
#include <cmath>
#include <vector>

#include "multistate/policy/registry.h"
#include "multistate/policy/row_selection.h"

namespace multistate {
namespace {

class KvZip final : public PromptPolicy, public MeasuredBudgets {
 public:
  struct Options {
    int64_t chunk = 2048;

    void visit(OptionVisitor& v) {
      v("chunk", chunk, {1, 1 << 20}, "tokens of the prompt that are read again together");
    }
  };

  explicit KvZip(const Options& options) : chunk_(options.chunk) {}

  Needs needs() const override {
    return {.replay = Replay{.chunk = chunk_,
                             .first = "\n\nRepeat the previous context exactly.",
                             .later = "\n\nRepeat the part of the previous context exactly, "
                                      "starting with",
                             .overlap = 8,
                             .end = "\n"}};
  }

  void score_prompt(const PromptView& prompt, std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), 0.0F);
    for (int64_t head = 0; head < prompt.heads(); ++head) {
      const auto given = prompt.replay_attention(head);
      for (size_t row = 0; row < scores.size(); ++row) {
        if (given[row] > scores[row] || std::isnan(given[row])) {
          scores[row] = given[row];
        }
      }
    }
    // What stays whatever the others are: protected rows, and one more of every head.
    int64_t best = -1;
    for (int64_t row = 0; row < prompt.rows(); ++row) {
      const bool can_go =
          row >= prompt.first_candidate() && row < prompt.end_candidates() && prompt.candidate(row);
      float& score = scores[static_cast<size_t>(row)];
      if (!can_go) {
        score = kStays;
      } else if (best < 0 || score > scores[static_cast<size_t>(best)]) {
        best = row;
      }
    }
    if (best >= 0) {
      scores[static_cast<size_t>(best)] = kStays;
    }
  }

  int64_t measures_a_set(int64_t tokens) const override { return tokens; }

  void measure(std::span<const StepView> sets, std::span<float> measures) const override {
    const size_t rows = measures.size() / sets.size();
    for (size_t set = 0; set < sets.size(); ++set) {
      score_prompt(PromptView(sets[set]), measures.subspan(set * rows, rows));
    }
  }

  void share_out(std::span<const float> measures, int64_t k, int64_t /*guarded*/,
                 std::span<int64_t> rows) const override {
    std::vector<float> all(measures.begin(), measures.end());
    LargestCut cut = cut_of_largest(all, k * std::ssize(rows));
    const size_t of_set = measures.size() / rows.size();
    for (size_t set = 0; set < rows.size(); ++set) {
      rows[set] = 0;
      for (const float score : measures.subspan(set * of_set, of_set)) {
        const bool ties = score == cut.least && cut.equal > 0;
        cut.equal -= ties ? 1 : 0;
        rows[set] += (score > cut.least || ties) ? 1 : 0;
      }
    }
  }

 private:
  static constexpr float kStays = 2.0F;  ///< More than any weight.

  int64_t chunk_;
};

const PolicyRegistration<KvZip> kRegistration{{
    .name = "kvzip",
    .display_name = "KVzip",
    .version = 1,
    .summary = "of a prompt, keep the rows that are looked up to write it again",
    .paper = "Kim et al. 2025, arXiv:2505.23416",
    .deviations =
        "the whole prompt is read again, marks of its chat format included, where kvpress leaves "
        "out those before the text; the instruction has no marks of a chat format, as in kvpress "
        "for models without one; a head keeps at least one row beside the protected ones",
    .defaults = {.sinks = 4,
                 .scope = Scope::kKvHead,
                 .prompt = Prompt::kOneShot,
                 .after_prompt = AfterPrompt::kKeep},
}};

}  // namespace
}  // namespace multistate
