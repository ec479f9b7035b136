// Oracle: evict the row that later tokens will attend to least. It reads the future, so it cannot
// be deployed: an upper reference of the attention that a set of rows can keep.
//
// Paper: none; the idea is Belady's optimal replacement (IBM Systems Journal, 1966) with attention
// in the place of uses. A query s steps later counts gamma^s: since rows are evicted again and
// again, what is far off is decided later, and the plain sum (gamma 1) keeps less attention. With
// `exact`, evictions follow the plan that keeps the most attention over the whole sample: the
// optimum of a linear assignment of rows to eviction steps.
//
// What it knows: the weights that full causal attention gives each row of its set, for all queries
// of the sample. What it ignores: values; how the weights of the other rows grow when a row is
// gone; and that evictions in lower layers change the queries and keys of higher ones. So it bounds
// kept attention (with `exact`), and does not bound loss: a policy may well have a lower
// perplexity.

#include <algorithm>

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class Oracle final : public ScoringPolicy {
 public:
  struct Options {
    Future future = {.gamma = 0.98};

    void visit(OptionVisitor& v) {
      v("exact", future.exact, "follow the plan that keeps the most attention; short samples only");
      if (!future.exact) {
        v("gamma", future.gamma, {kSmallestGamma, 1.0},
          "discount: attention from s steps later counts gamma^s");
      }
    }
  };

  explicit Oracle(const Options& options) : future_(options.future) {}

  Needs needs() const override { return {.future = future_}; }

  void score(const StepView& step, std::span<float> scores) const override {
    const auto future = step.future_scores();
    std::copy(future.begin(), future.end(), scores.begin());
  }

 private:
  static constexpr double kSmallestGamma = 1e-6;

  Future future_;
};

const PolicyRegistration<Oracle> kRegistration{{
    .name = "oracle",
    .version = 2,
    .summary = "evict the row that later tokens attend to least (sees the future): an upper "
               "reference of kept attention mass",
    .paper = "none: a reference (after Belady 1966)",
    .deviations =
        "reads the attention of the full cache to the end of the sample and ignores "
        "values, the renormalisation of the remaining weights and the effect of evictions "
        "on later layers: it bounds no loss",
    .role = Role::kReference,
    .defaults = {.scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
