// KIVI: what the state holds is quantised, keys by channel and values by row. Which rows go is for
// a base policy to say; with a state as large as the text none does, and this is KIVI alone.
//
// Paper: Liu et al., KIVI: A Tuning-Free Asymmetric 2bit Quantization for KV Cache,
// arXiv:2402.02750, section 3. There rows are quantised `residual` at a time for keys, and one at a
// time for values, behind a window of as many; here a row's value is quantised with its key. There
// `residual` is 128 and a multiple of `group`; here it may be anything, and the last group of the
// rows that are quantised together smaller. Ranges are kept in float32. A prompt is quantised while
// it is read, unless `prompt: one_shot`: then at its end, as published.
//
// A group keeps its ranges as long as one of its rows is there. A base that evicts rows here and
// there thins groups out, and the fewer rows share the ranges the more they cost: with the defaults
// the state of SmolLM2-135M takes 64 % of float32 rows at k = 64 (more than float16 rows would) and
// 36 % at 256.

#include "multistate/policy/policy_over_base.h"
#include "multistate/policy/registry.h"

namespace multistate {
namespace {

class Kivi final : public PolicyOverBase {
 public:
  struct Options {
    BasePolicy base{"tova", BaseKind::kRows};
    int64_t bits = 4;
    int64_t group = 32;
    RowCount residual = {0.125};

    void visit(OptionVisitor& v) {
      base.visit(v);
      v.choice("bits", bits, {{"2", 2}, {"4", 4}, {"8", 8}}, "of a number in the state");
      v("group", group, {1, 1 << 20},
        "rows, for keys, and channels, for values, that share a range");
      v("residual", residual, "newest rows that stay as they are until there are so many");
    }
  };

  explicit Kivi(const Options& options)
      : PolicyOverBase(options.base),
        quantization_{.bits = options.bits, .group = options.group, .residual = options.residual} {}

  Needs needs() const override { return base().needs() | Needs{.quantization = quantization_}; }

 private:
  Quantization quantization_;
};

const PolicyRegistration<Kivi> kRegistration{{
    .name = "kivi",
    .display_name = "KIVI",
    .version = 1,
    .summary = "quantise the rows of the state, whichever of them a base policy keeps",
    .paper = "Liu et al. 2024, arXiv:2402.02750",
    .deviations =
        "values are quantised together with keys, `residual` rows at a time (an eighth of "
        "k unless set, 128 in the paper), where the paper quantises them one by one; rows "
        "are quantised while a prompt is read unless `prompt: one_shot`; ranges are kept "
        "in float32, in the paper in 16 bits; 4 bits unless set, where the paper's "
        "headline is 2",
    .defaults = {.scope = Scope::kLayer},
}};

}  // namespace
}  // namespace multistate
