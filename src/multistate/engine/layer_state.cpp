#include "multistate/engine/layer_state.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/engine/block_size.h"
#include "multistate/model/layers.h"

namespace multistate {
namespace {

int64_t rows_of_layer(const PolicySetup& setup, int64_t layer, int64_t layers) {
  if (!setup.bounded() || !setup.needs.layer_budgets) {
    return setup.state_size;
  }
  const int64_t k = setup.policy->layer_budget(layer, layers, setup.state_size);
  const int64_t kept = setup.common.sinks + setup.common.recent.rows(k);
  if (k <= kept) {
    throw InputError(fmt::format(
        "policy {}: layer {} of {} gets {} rows at state_size {}, which must be more than sinks "
        "({}) + recent ({})",
        setup.entry->info.name, layer, layers, k, setup.state_size, setup.common.sinks,
        kept - setup.common.sinks));
  }
  return k;
}

}  // namespace

LayerState::LayerState(const TransformerConfig& config, const PolicySetup& setup, int64_t layer,
                       SampleSeed seed, const SampleLength& length,
                       const at::TensorOptions& options)
    : setup_(setup),
      layer_(layer),
      state_size_(rows_of_layer(setup, layer, config.layers)),
      length_(length),
      rotary_frequencies_(multistate::rotary_frequencies(config.head_size, config.rope_theta)) {
  const bool by_head = setup.bounded() && setup.common.scope == Scope::kKvHead;
  const int64_t sets = by_head ? config.kv_heads : 1;
  // The rows of a block are there beside all the others before the policy decides.
  const int64_t most = setup.bounded() ? capacity() + block_size(setup) : length.tokens;
  const RowSet::Layout layout = {.kv_heads = config.kv_heads / sets,
                                 .head_size = config.head_size,
                                 .capacity = std::min(most, length.tokens),
                                 .memory = setup.needs.memory};
  for (int64_t set = 0; set < sets; ++set) {
    sets_.push_back({.rows = RowSet(layout, options),
                     .trace = {},
                     .random = Random({seed.seed, seed.sample, static_cast<uint64_t>(layer),
                                       static_cast<uint64_t>(set)}),
                     .queries = {}});
    if (setup.needs.query_statistics) {
      sets_.back().queries = QueryStatistics(config.heads / sets, config.head_size);
    }
    sets_.back().trace.reserve(length.tokens);
  }
}

int64_t LayerState::capacity_after(int64_t step) const {
  const bool prompt_goes_on = setup_.one_shot() && step + 1 < length_.prompt;
  return prompt_goes_on ? kUnlimitedRows : capacity();
}

void LayerState::expect(const SampleLength& length) {
  const int64_t seen = sets_.front().trace.tokens();
  if (setup_.one_shot() && length.prompt != length_.prompt &&
      (seen >= length.prompt || seen >= length_.prompt)) {
    throw std::invalid_argument("the prompt has ended already");
  }
  length_ = length;
}

int64_t LayerState::sets_in_group() const {
  return setup_.needs.pools_heads ? static_cast<int64_t>(sets_.size()) : 1;
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
  note_group_rows(tokens * sets_in_group());
}

int64_t LayerState::peak_bytes() const {
  int64_t rows = 0;
  for (const Set& set : sets_) {
    rows += set.peak_rows;
  }
  // Sets that share a budget do not hold the most at the same time.
  const bool together = sets_in_group() > 1;
  return (together ? peak_group_rows_ : rows) * sets_.front().rows.bytes_per_row();
}

int64_t LayerState::bytes() const {
  int64_t bytes = 0;
  for (const Set& set : sets_) {
    bytes += set.rows.rows() * set.rows.bytes_per_row();
  }
  return bytes;
}

}  // namespace multistate
