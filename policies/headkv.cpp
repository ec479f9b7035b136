// HeadKV: a part of every head's budget goes into a pool, which heads share by how important they
// are; a base policy says which rows of a head go.
//
// Paper: Fu et al., Not All Heads Matter: A Head-Level KV Cache Compression Method with Integrated
// Retrieval and Reasoning, arXiv:2410.19258. Of the k rows beyond the protected ones 1 / beta go
// into the pool. The authors find important heads by tasks with a needle; here importance is how
// far back a head looks by a calibration. Published for prompts (`prompt: one_shot`, `after_prompt:
// keep`) over SnapKV.

#include <algorithm>
#include <cmath>
#include <numeric>

#include "multistate/policy/head_reach.h"
#include "multistate/policy/policy_over_base.h"
#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class HeadKv final : public PolicyOverBase, public BudgetsByReach {
 public:
  struct Options {
    BasePolicy base{"snapkv", BaseKind::kRows};
    double beta = 1.2;

    void visit(OptionVisitor& v) {
      base.visit(v);
      v("beta", beta, {1.0, 1000.0}, "one part in so many of the rows is shared by importance");
    }
  };

  explicit HeadKv(const Options& options) : PolicyOverBase(options.base), beta_(options.beta) {}

  Needs needs() const override { return base().needs() | Needs{.calibration = true}; }

  void share_out(std::span<const float> measures, int64_t k, int64_t guarded,
                 std::span<int64_t> rows) const override {
    const auto free = static_cast<double>(k - guarded);
    const double of_each = std::floor(free / beta_);
    const double pool = of_each * static_cast<double>(rows.size());
    const double all = std::accumulate(measures.begin(), measures.end(), 0.0);
    for (size_t set = 0; set < rows.size(); ++set) {
      const double share = pool * static_cast<double>(measures[set]) / all;
      const int64_t own = std::llround(free - of_each + share);
      rows[set] = guarded + std::max<int64_t>(own, 1);
    }
    // What is rounded up, or kept by heads that would have none, comes from those that have most.
    for (int64_t over = excess(rows, k); over > 0; --over) {
      --*std::max_element(rows.begin(), rows.end());
    }
  }

 private:
  static int64_t excess(std::span<const int64_t> rows, int64_t k) {
    return std::accumulate(rows.begin(), rows.end(), int64_t{0}) - k * std::ssize(rows);
  }

  double beta_;
};

const PolicyRegistration<HeadKv> kRegistration{{
    .name = "headkv",
    .display_name = "HeadKV (guessed heads)",
    .version = 1,
    .summary = "heads share a pool of rows by how far back they look",
    .paper = "Fu et al. 2024, arXiv:2410.19258",
    .deviations =
        "importance of heads is guessed from mean queries and keys of a calibration, where the "
        "authors measure it by tasks of retrieval and reasoning; key/value heads have budgets, in "
        "their code query heads; a head keeps at least one row beside the protected ones; evicts "
        "at every step, where the paper cuts a prompt once (`prompt: one_shot, after_prompt: "
        "keep`); the base has its own deviations",
    .defaults = {.recent = {int64_t{32}}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
