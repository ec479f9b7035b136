#include "multistate/engine/step_selection.h"

#include <cmath>
#include <vector>

#include <ATen/ops/amax.h>
#include <ATen/ops/amin.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/stack.h>

#include "multistate/engine/selection.h"
#include "multistate/model/host_memory.h"

namespace multistate {
namespace {

at::Tensor readable_floats(const at::Tensor& tensor) {
  return to_host(tensor).contiguous();
}

/// [pages, 2, D] of keys [N, D].
at::Tensor ranges_of(const at::Tensor& keys, int64_t page_rows) {
  std::vector<at::Tensor> pages;
  for (const at::Tensor& page : keys.split(page_rows)) {
    pages.push_back(at::stack({at::amin(page, 0), at::amax(page, 0)}));
  }
  return at::stack(pages);
}

}  // namespace

at::Tensor selected_logits(const at::Tensor& logits, const at::Tensor& query,
                           const at::Tensor& keys, const LayerState& state, LayerState::Set& set) {
  at::Tensor all_logits = readable_floats(logits);
  const int64_t rows = all_logits.size(2);
  const int64_t heads = all_logits.size(1);
  const Needs& needs = state.setup().needs;
  set.key_ranges.add(keys.narrow(1, rows - 1, 1));
  if (!state.setup().reads_part(rows - 1, state.length())) {
    set.reads.add(rows, all_logits.size(0) * heads);
    return all_logits;
  }
  at::Tensor selected = at::full_like(all_logits, -INFINITY);
  std::vector<float> scratch(static_cast<size_t>(needs.scratch * rows));
  RowsRead read;
  for (int64_t kv_head = 0; kv_head < all_logits.size(0); ++kv_head) {
    const at::Tensor of_head = readable_floats(keys.select(0, kv_head));
    const at::Tensor queries = readable_floats(query.select(0, kv_head));
    const at::Tensor ranges = needs.page_rows > 0 ? ranges_of(of_head, needs.page_rows) : of_head;
    const at::Tensor shown = all_logits.select(0, kv_head);
    const QueryData data = {.step = rows - 1,
                            .layer = state.layer(),
                            .layers = state.layers(),
                            .kv_head = kv_head,
                            .budget = state.state_size(),
                            .heads = heads,
                            .head_size = queries.size(1),
                            .query = {queries.data_ptr<float>(), queries.size(1), 0},
                            .logits = {shown.data_ptr<float>(), rows, 0},
                            .keys = {of_head.data_ptr<float>(), 0, queries.size(1)},
                            .ranges = ranges.data_ptr<float>(),
                            .scratch = scratch.data(),
                            .scratch_stride = rows};
    choose_rows(state.setup(), data, read);
    for (int64_t head = 0; head < heads; ++head) {
      int64_t count = 0;
      for (const RowsRead::Range& range : read.ranges(head)) {
        const int64_t size = range.end - range.first;
        selected.select(0, kv_head)
            .select(0, head)
            .narrow(0, range.first, size)
            .copy_(shown.select(0, head).narrow(0, range.first, size));
        count += size;
      }
      set.reads.add(count, 1);
    }
  }
  return selected;
}

}  // namespace multistate
