// Quest: evict nothing; every query reads the pages of the cache that may hold its largest logits.
//
// Paper: Tang et al., Quest: Query-Aware Sparsity for Efficient Long-Context LLM Inference, ICML
// 2024, arXiv:2406.10774. Of each page of the cache the least and the largest value of every
// channel of its keys are known. With them the product of a query with any key of the page is at
// most sum_i max(q_i * least_i, q_i * largest_i): the pages where this bound is highest are read.

#include <algorithm>

#include <fmt/format.h>

#include "multistate/policy/registry.h"
#include "multistate/policy/row_selection.h"
#include "multistate/policy/vectors.h"

namespace multistate {
namespace {

class Quest final : public SelectingPolicy {
 public:
  struct Options {
    int64_t page_size = 16;
    int64_t whole_layers = 2;
    bool newest_page = true;

    void visit(OptionVisitor& v) {
      v("page_size", page_size, {1, 4096}, "rows of a page, which are read together");
      v("whole_layers", whole_layers, {0, kLargestCount},
        "first layers of the model whose queries read every row");
      v("newest_page", newest_page,
        "always read the page of the query's own token; else it competes like the others");
    }
  };

  explicit Quest(const Options& options) : options_(options) {}

  Needs needs() const override {
    return {.query = true, .page_rows = options_.page_size, .scratch = 2};
  }

  std::string problem_with(int64_t k, int64_t /*sinks*/) const override {
    return k >= options_.page_size
               ? ""
               : fmt::format(
                     "page_size ({}) must be at most the state size ({}): pages are read "
                     "as a whole",
                     options_.page_size, k);
  }

  bool selects_in(int64_t layer) const override { return layer >= options_.whole_layers; }

  void select(const QueryView& query, RowsRead& read) const override {
    const int64_t newest = options_.newest_page ? 1 : 0;
    const auto older = static_cast<size_t>(query.pages() - newest);
    const int64_t wanted = query.budget() / options_.page_size - newest;
    const auto bounds = query.scratch(0).first(older);
    for (int64_t head = 0; head < query.heads(); ++head) {
      for (size_t page = 0; page < older; ++page) {
        const auto at = static_cast<int64_t>(page);
        bounds[page] =
            largest_dot(query.query(head), query.least_of_page(at), query.largest_of_page(at));
      }
      for_largest(query, bounds, wanted, query.scratch(1),
                  [&](int64_t page) { read_page(query, head, page, read); });
      if (options_.newest_page) {
        read_page(query, head, query.pages() - 1, read);
      }
    }
  }

 private:
  void read_page(const QueryView& query, int64_t head, int64_t page, RowsRead& read) const {
    const int64_t first = page * options_.page_size;
    read.add(head, first, std::min(first + options_.page_size, query.rows()));
  }

  Options options_;
};

const PolicyRegistration<Quest> kRegistration{{
    .name = "quest",
    .display_name = "Quest",
    .version = 1,
    .summary = "evict nothing; read the pages whose ranges of keys allow the largest logits",
    .paper = "Tang et al. 2024, arXiv:2406.10774",
    .deviations =
        "the k rows that are read are a bound: while there are no more all are read, and of k as "
        "many whole pages, where the authors' evaluation reads three pages at least; the page of "
        "the query's own token is always read, as in the authors' kernels, where in their "
        "evaluation it competes with the others (`newest_page: false`); a prompt is read token by "
        "token, where they read it with full attention (here `prompt: one_shot`); ranges of keys "
        "are kept in float32, for each key/value head, and the query heads of a group choose by "
        "themselves",
    .bounded = false,
    .defaults = {},
}};

}  // namespace
}  // namespace multistate
