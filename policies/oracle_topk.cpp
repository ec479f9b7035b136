// Oracle of reading: evict nothing; every query reads the k rows of its largest logits. To know
// them it has to multiply with every key, so it saves nothing: the upper reference of policies that
// choose the rows to read.
//
// Paper: none; the top-k attention that Quest (arXiv:2406.10774) and others measure themselves by.
//
// Of all choices of k rows this keeps the most attention mass of each query, given what the layer
// is fed. It ignores values, and that what is left unread changes the queries and keys of higher
// layers; so it does not bound loss.

#include "multistate/policy/registry.h"
#include "multistate/policy/row_selection.h"

namespace multistate {
namespace {

class OracleTopK final : public SelectingPolicy {
 public:
  Needs needs() const override { return {.logits = true, .scratch = 1}; }

  void select(const QueryView& query, RowsRead& read) const override {
    for (int64_t head = 0; head < query.heads(); ++head) {
      for_largest(query, query.logits(head), query.budget(), query.scratch(),
                  [&](int64_t row) { read.add(head, row); });
    }
  }
};

const PolicyRegistration<OracleTopK> kRegistration{{
    .name = "oracle_topk",
    .version = 1,
    .summary = "evict nothing; read the k rows with the largest logits: an upper reference of "
               "reading k rows",
    .paper = "none: a reference (exact top-k attention)",
    .deviations =
        "computes the logits of all rows to choose k of them, which saves nothing; ignores "
        "values and the effect on later layers: it bounds no loss",
    .role = Role::kReference,
    .bounded = false,
    .defaults = {},
}};

}  // namespace
}  // namespace multistate
