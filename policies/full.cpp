// Full cache: every row is kept. The baseline of every comparison.
//
// Paper: Vaswani et al., Attention Is All You Need, arXiv:1706.03762; in the words of
// arXiv:2401.06104, an unbounded multi-state.

#include "multistate/policy/registry.h"

namespace multistate {
namespace {

/// Without a face that says which rows go, for none does.
class Full final : public Policy {};

const PolicyRegistration<Full> kRegistration{{
    .name = "full",
    .display_name = "full cache",
    .version = 1,
    .summary = "keep every row: the full key/value cache",
    .paper = "Vaswani et al. 2017, arXiv:1706.03762",
    .deviations = "",
    .role = Role::kBaseline,
    .bounded = false,
    .defaults = {},
}};

}  // namespace
}  // namespace multistate
