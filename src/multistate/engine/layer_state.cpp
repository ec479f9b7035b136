#include "multistate/engine/layer_state.h"

#include <algorithm>

#include "multistate/engine/block_size.h"

namespace multistate {

LayerState::LayerState(const TransformerConfig& config, const PolicySetup& setup, int64_t layer,
                       SampleSeed seed, int64_t tokens, const at::TensorOptions& options)
    : setup_(setup), layer_(layer) {
  const bool by_head = setup.bounded() && setup.common.scope == Scope::kKvHead;
  const int64_t sets = by_head ? config.kv_heads : 1;
  // The rows of a block are there beside all the others before the policy decides.
  const int64_t capacity =
      setup.bounded() ? std::min(setup.capacity() + block_size(setup), tokens) : tokens;
  const RowSet::Layout layout = {.kv_heads = config.kv_heads / sets,
                                 .head_size = config.head_size,
                                 .capacity = capacity,
                                 .memory = setup.needs.memory};
  for (int64_t set = 0; set < sets; ++set) {
    sets_.push_back({.rows = RowSet(layout, options),
                     .trace = {},
                     .random = Random({seed.seed, seed.sample, static_cast<uint64_t>(layer),
                                       static_cast<uint64_t>(set)})});
    sets_.back().trace.reserve(tokens);
  }
}

void LayerState::adopt(const LayerState& full, int64_t tokens) {
  const RowSet& rows = full.sets().front().rows;
  const int64_t width = rows.keys().size(0) / static_cast<int64_t>(sets_.size());
  int64_t first_head = 0;
  for (Set& set : sets_) {
    const auto part = [&](const at::Tensor& all) {
      return all.narrow(0, first_head, width).narrow(1, 0, tokens);
    };
    set.rows.append(part(rows.keys()), part(rows.values()), 0);
    for (int64_t token = 0; token < tokens; ++token) {
      set.trace.record_birth();
    }
    set.peak_rows = tokens;
    first_head += width;
  }
}

int64_t LayerState::peak_bytes() const {
  int64_t bytes = 0;
  for (const Set& set : sets_) {
    bytes += set.peak_rows * set.rows.bytes_per_row();
  }
  return bytes;
}

}  // namespace multistate
