// PyramidKV: low layers keep many rows, high ones few; which, is for a base policy to say.
//
// Paper: Cai et al., PyramidKV: Dynamic KV Cache Compression based on Pyramidal Information
// Funneling, arXiv:2406.02069, section 3.2. Beyond the newest `least` rows, which every layer
// keeps, budgets fall linearly from the first layer to the last, which gets (k - least) / beta;
// their mean is k. Published for prompts (`prompt: one_shot`, `after_prompt: keep`) over SnapKV.

#include <algorithm>
#include <cmath>

#include "multistate/policy/policy_over_base.h"
#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class PyramidKv final : public PolicyOverBase, public LayerBudgets {
 public:
  struct Options {
    BasePolicy base{"snapkv", BaseKind::kRows};
    double beta = 20.0;
    int64_t least = 32;

    void visit(OptionVisitor& v) {
      base.visit(v);
      v("beta", beta, {1.0, 1000.0}, "how steeply budgets fall: 1 is not at all");
      v("least", least, {0, 1 << 20}, "rows that every layer has besides");
    }
  };

  explicit PyramidKv(const Options& options)
      : PolicyOverBase(options.base), beta_(options.beta), least_(options.least) {}

  int64_t layer_budget(int64_t layer, int64_t layers, int64_t k) const override {
    if (layers == 1 || k <= least_) {
      return k;
    }
    const auto shared = static_cast<double>(k - least_);
    const double last = shared / beta_;
    const double first = 2.0 * shared - last;
    const double depth = static_cast<double>(layer) / static_cast<double>(layers - 1);
    const auto budget = static_cast<int64_t>(std::lround(first + depth * (last - first)));
    return least_ + std::max<int64_t>(budget, 1);
  }

 private:
  double beta_;
  int64_t least_;
};

const PolicyRegistration<PyramidKv> kRegistration{{
    .name = "pyramidkv",
    .display_name = "PyramidKV",
    .version = 1,
    .summary = "low layers keep more rows than high ones",
    .paper = "Cai et al. 2024, arXiv:2406.02069",
    .deviations =
        "evicts at every step, where the paper cuts a prompt once (`prompt: one_shot, "
        "after_prompt: keep`); where k is at most `least`, all layers keep k rows; "
        "budgets are rounded to the nearest row, where the authors' code rounds down, and "
        "do not depend on the length of the prompt; "
        "the base has SnapKV's deviations",
    .defaults = {.recent = {int64_t{32}}, .scope = Scope::kKvHead},
}};

}  // namespace
}  // namespace multistate
