// DuoAttention: heads that look far back keep what they can; the others keep the first tokens and
// the newest ones. Which are which follows from a calibration: the attention of a head's mean query
// to its mean key at every distance says how far back the head looks.
//
// Paper: Xiao et al., DuoAttention: Efficient Long-Context LLM Inference with Retrieval and
// Streaming Heads, arXiv:2410.10819. The authors train a gate a head; the guess is that of kvpress
// (DuoAttentionPress with on_the_fly_scoring): the area under the attention of the mean query,
// summed from the oldest of 500 equal keys to the newest. Heads of all layers are ranked together.

#include <cmath>
#include <vector>

#include "multistate/policy/head_reach.h"
#include "multistate/policy/policy_over_base.h"
#include "multistate/policy/registry.h"
#include "multistate/policy/row_shares.h"

namespace multistate {
namespace {

class DuoAttention final : public PolicyOverBase, public BudgetsByReach {
 public:
  struct Options {
    BasePolicy base{"streaming", BaseKind::kRows};
    double streaming = 0.5;
    RowCount window = {0.25};

    void visit(OptionVisitor& v) {
      base.visit(v);
      v("streaming", streaming, {0.0, 1.0}, "share of the model's key/value heads that stream");
      v("window", window, "newest rows that a head which streams keeps beside the protected ones");
    }
  };

  explicit DuoAttention(const Options& options) : PolicyOverBase(options.base), options_(options) {}

  Needs needs() const override { return base().needs() | Needs{.calibration = true}; }

  void share_out(std::span<const float> measures, int64_t k, int64_t guarded,
                 std::span<int64_t> rows) const override {
    const auto count = std::llround(options_.streaming * static_cast<double>(measures.size()));
    const std::vector<uint8_t> streams = is_among_lowest(measures, count);
    const int64_t few = guarded + std::max<int64_t>(options_.window.rows(k), 1);
    share_with_few(
        k, few, [&](size_t set) { return streams[set] != 0; }, rows);
  }

 private:
  Options options_;
};

const PolicyRegistration<DuoAttention> kRegistration{{
    .name = "duo_attention",
    .display_name = "DuoAttention (guessed heads)",
    .version = 2,
    .summary = "heads that look far back keep more rows, the others the first and the newest",
    .paper = "Xiao et al. 2024, arXiv:2410.10819",
    .deviations =
        "which heads stream is guessed from mean queries and keys, as kvpress can, where the "
        "authors train a gate a head; the guess is of means over all of the text, in kvpress of "
        "scores of 50 texts; the other heads share what rows are left and keep the first and the "
        "newest of them, where the authors' keep all",
    .defaults = {.sinks = 4, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
