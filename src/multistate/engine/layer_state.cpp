#include "multistate/engine/layer_state.h"

#include <algorithm>
#include <numeric>
#include <stdexcept>
#include <string>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/engine/block_size.h"
#include "multistate/engine/policy_call.h"
#include "multistate/engine/window_setup.h"
#include "multistate/model/host_memory.h"

namespace multistate {
namespace {

/// Throws InputError when a policy would have no layer to act on.
LayerPlace place_of(const DecoderSpec& spec, const PolicySetup& setup, int64_t layer) {
  LayerPlace place = {.layer = layer, .index = 0, .count = 0, .layers = spec.layer_count()};
  const PolicySetup& acting = setup.of_layer(layer);
  for (int64_t other = 0; other < spec.layer_count(); ++other) {
    const bool acts = acting.acts_on_windows() || !spec.layer(other).attention.window;
    if (acts && &setup.of_layer(other) == &acting) {
      place.index += other < layer ? 1 : 0;
      ++place.count;
    }
  }
  if (place.count == 0 && acting.has_size()) {
    throw InputError(fmt::format(
        "policy {}: every layer {} has a sliding window and keeps its newest rows by itself, which "
        "leaves the policy no layer to act on; policy.windowed_layers: policy lets it act within "
        "the windows",
        acting.entry->info.name, setup.layers.empty() ? "of the model" : "of its range"));
  }
  return place;
}

int64_t rows_of_layer(const PolicySetup& setup, const LayerPlace& place) {
  if (!setup.bounded() || setup.faces.budgets == nullptr) {
    return setup.state_size;
  }
  int64_t k = 0;
  call_policy(setup, place.layer, 0, [&] {
    k = setup.faces.budgets->layer_budget(place.index, place.count, setup.state_size);
  });
  // What all layers keep together, and so what one may have.
  const int64_t most = setup.state_size * place.count;
  const std::string problem =
      k > most ? fmt::format("at most {} are possible", most) : setup.problem_with(k);
  if (!problem.empty()) {
    throw InputError(fmt::format("policy {}: layer {} of {} gets {} rows at state_size {}: {}",
                                 setup.entry->info.name, place.index, place.count, k,
                                 setup.state_size, problem));
  }
  return k;
}

/// The setup of the layer's window where that takes the policy's place; nullptr where it does not.
std::shared_ptr<const PolicySetup> window_of(const AttentionSpec& attention,
                                             const PolicySetup& setup, const LayerPlace& place) {
  if (!attention.window) {
    return nullptr;
  }
  const int64_t rows = *attention.window - 1;
  if (!setup.acts_on_windows() || rows <= rows_of_layer(setup, place) + setup.common.every - 1) {
    return std::make_shared<PolicySetup>(window_setup(rows));
  }
  if (setup.needs.future && setup.needs.future->exact) {
    throw InputError(
        fmt::format("policy {}: an exact plan knows no sliding windows; layer {} has one of {} "
                    "tokens (policy.windowed_layers: native leaves it to the layer)",
                    setup.entry->info.name, place.layer, *attention.window));
  }
  return nullptr;
}

}  // namespace

LayerState::LayerState(const DecoderSpec& spec, const PolicySetup& setup, int64_t layer,
                       SampleSeed seed, const SampleLength& length,
                       const at::TensorOptions& options)
    : LayerState(spec.layer(layer).attention, setup, place_of(spec, setup, layer), seed, length,
                 options) {}

LayerState::LayerState(const AttentionSpec& attention, const PolicySetup& policy_setup,
                       const LayerPlace& place, SampleSeed seed, const SampleLength& length,
                       const at::TensorOptions& options)
    : setup_(policy_setup.of_layer(place.layer)),
      window_(window_of(attention, setup_, place)),
      attention_(attention),
      layer_(place.layer),
      layers_(place.layers),
      state_size_(window_ == nullptr ? rows_of_layer(setup_, place) : window_->state_size),
      length_(length),
      selects_(this->setup().faces.selecting != nullptr &&
               this->setup().faces.selecting->selects_in(place.layer)),
      rotary_frequencies_(attention.rotation.of_text(length.tokens).frequencies()) {
  const PolicySetup& setup = this->setup();
  const bool by_head = setup.bounded() && setup.common.scope == Scope::kKvHead;
  const int64_t sets = by_head ? attention.kv_heads : 1;
  // The rows of a block are there beside all the others before the policy decides.
  const int64_t most =
      setup.bounded() ? state_size_ + setup.common.every - 1 + block_size(setup) : length.tokens;
  const RowSet::Layout layout = {.kv_heads = attention.kv_heads / sets,
                                 .head_size = attention.head_size,
                                 .capacity = std::min(most, length.tokens),
                                 .memory = setup.needs.floats_a_row(),
                                 .quantization = quantization()};
  peaks_.resize(static_cast<size_t>(sets));
  for (int64_t set = 0; set < sets; ++set) {
    sets_.push_back(
        {.rows = RowSet(layout, options),
         .trace = {},
         .random = CounterRandom(seed.seed, seed.sample, static_cast<uint64_t>(place.layer),
                                 static_cast<uint64_t>(set)),
         .queries = {},
         .prompt_queries = {},
         .memory = std::vector<float>(static_cast<size_t>(
             setup.needs.floats_a_set(attention.heads / sets, attention.head_size)))});
    if (setup.needs.query_statistics) {
      sets_.back().queries = QueryStatistics(attention.heads / sets, attention.head_size);
    }
    if (selects_ && setup.needs.page_rows > 0) {
      sets_.back().key_ranges =
          KeyRanges(attention.kv_heads, attention.head_size, setup.needs.page_rows);
    }
    if (setup.cuts_by_prompt()) {
      sets_.back().prompt_queries =
          PromptQueries(attention.heads / sets, attention.head_size, setup.needs);
    }
    sets_.back().kept = state_size_;
    sets_.back().trace.reserve(length.tokens);
    sets_.back().protected_tokens = ProtectedTokens(setup, length.tokens);
  }
}

int64_t LayerState::capacity_after(int64_t step, const Set& set) const {
  return setup().capacity_after(step, set.kept, length_);
}

std::optional<RowQuantization> LayerState::quantization() const {
  if (!setup().needs.quantization) {
    return std::nullopt;
  }
  return RowQuantization{.bits = setup().needs.quantization->bits,
                         .group = setup().needs.quantization->group,
                         .residual = setup().residual(state_size_)};
}

int64_t LayerState::steps_to_quantize(const Set& set) const {
  const int64_t rows = set.rows.rows_to_quantize();
  return setup().one_shot() ? std::max(rows, length_.prompt - set.trace.tokens()) : rows;
}

void LayerState::quantize(Set& set) const {
  if (!setup().prompt_goes_on(set.trace.tokens() - 1, length_)) {
    set.rows.quantize();
  }
}

void LayerState::expect(const SampleLength& length) {
  const int64_t seen = sets_.front().trace.tokens();
  const bool matters = setup().one_shot() || setup().keeps_prompt();
  if (matters && length.prompt != length_.prompt &&
      (seen >= length.prompt || seen >= length_.prompt)) {
    throw std::invalid_argument("the prompt has ended already");
  }
  const RotationSpec& rotation = attention_.rotation;
  if (seen > 0 && rotation.of_text(length.tokens) != rotation.of_text(length_.tokens)) {
    throw InputError(fmt::format(
        "RoPE scaling '{}' depends on the length of the text beyond {} tokens; a sample "
        "that began as one of {} has {}",
        rotation.scaling, *rotation.limit, length_.tokens, length.tokens));
  }
  length_ = length;
}

int64_t LayerState::sets_in_group() const {
  const bool together = setup().faces.pooled != nullptr || !measures_.empty() ||
                        (setup().cuts_by_prompt() && setup().faces.layer_prompt != nullptr);
  return together ? static_cast<int64_t>(sets_.size()) : 1;
}

std::optional<int64_t> LayerState::tokens_to_measure() const {
  const int64_t left = length_.prompt - 1 - sets_.front().trace.tokens();
  return setup().measures_prompt(length_) && left >= 0 ? std::optional(left) : std::nullopt;
}

void LayerState::measure_only() {
  if (setup().shares_out_prompt()) {
    const int64_t of_set = setup().faces.measured->measures_a_set(length_.prompt);
    measures_.resize(sets_.size() * static_cast<size_t>(of_set));
  }
}

void LayerState::keep(std::span<const int64_t> rows) {
  const int64_t all = std::accumulate(rows.begin(), rows.end(), int64_t{0});
  const bool shared = setup().faces.pooled != nullptr;
  for (size_t set = 0; set < sets_.size(); ++set) {
    const int64_t kept = shared ? all / std::ssize(rows) : rows[set];
    const std::string problem =
        kept < 1 ? "1 row or more is to be kept" : setup().problem_with(kept);
    if (!problem.empty()) {
      throw InputError(fmt::format("policy {}: layer {}, set {} gets {} rows at state_size {}: {}",
                                   setup().entry->info.name, layer_, set, kept, setup().state_size,
                                   problem));
    }
    sets_[set].kept = kept;
  }
}

int64_t LayerState::prompt_query_bytes(int64_t prompt) const {
  int64_t bytes = 0;
  for (const Set& set : sets_) {
    bytes += set.prompt_queries.bytes(prompt);
  }
  return bytes;
}

void LayerState::adopt(const LayerState& full, std::span<const int64_t> ids,
                       std::span<const at::Tensor> queries) {
  const auto tokens = static_cast<int64_t>(ids.size());
  const RowSet& rows = full.sets().front().rows;
  const int64_t width = rows.keys().size(0) / static_cast<int64_t>(sets_.size());
  int64_t first_head = 0;
  for (Set& set : sets_) {
    const auto part = [&](const at::Tensor& all) {
      return all.narrow(0, first_head, width).narrow(1, 0, tokens);
    };
    set.rows.append(part(rows.keys()), part(rows.values()), 0);
    set.key_ranges.add(set.rows.keys());
    set.protected_tokens.add(ids);
    for (int64_t token = 0; token < tokens; ++token) {
      set.trace.record_birth();
      set.reads.add(token + 1, attention_.heads / static_cast<int64_t>(sets_.size()));
    }
    set.peak_rows = tokens;
    first_head += width;
  }
  adopt_queries(queries);
  for (int64_t first = 0; first < static_cast<int64_t>(sets_.size()); first += sets_in_group()) {
    note_held(first);
  }
}

void LayerState::adopt_queries(std::span<const at::Tensor> queries) {
  if (!setup().cuts_by_prompt()) {
    return;
  }
  const int64_t heads = attention_.heads / static_cast<int64_t>(sets_.size());
  for (const at::Tensor& segment : queries) {
    const auto shown = to_host(segment);
    for (int64_t token = 0; token < shown.size(1); ++token) {
      const float* query = shown.data_ptr<float>() + token * shown.stride(1);
      for (Set& set : sets_) {
        set.prompt_queries.add({query, shown.stride(0)});
        query += heads * shown.stride(0);
      }
    }
  }
}

std::span<const LayerState::Set> LayerState::group(int64_t first_set) const {
  return std::span(sets_).subspan(static_cast<size_t>(first_set),
                                  static_cast<size_t>(sets_in_group()));
}

void LayerState::note_held(int64_t first_set) {
  Held held;
  for (const Set& set : group(first_set)) {
    held += {set.rows.rows(), set.rows.bytes() + set.key_ranges.bytes()};
  }
  note_held(first_set, held);
}

int64_t LayerState::peak_bytes() const {
  int64_t bytes = statistics_bytes() + prompt_query_bytes(length_.prompt);
  for (const Held& peak : peaks_) {
    bytes += peak.bytes;
  }
  return bytes;
}

int64_t LayerState::peak_memory_bytes() const {
  int64_t bytes = 0;
  for (const Held& peak : peaks_) {
    bytes += peak.rows * setup().needs.floats_a_row() * static_cast<int64_t>(sizeof(float)) +
             key_range_bytes(peak.rows);
  }
  return bytes;
}

int64_t LayerState::key_range_bytes(int64_t rows) const {
  return sets_.front().key_ranges.bytes_of(rows);
}

int64_t LayerState::statistics_bytes() const {
  int64_t bytes = 0;
  for (const Set& set : sets_) {
    bytes += set.queries.bytes() + static_cast<int64_t>(set.memory.size() * sizeof(float));
  }
  return bytes;
}

int64_t LayerState::bytes() const {
  int64_t bytes = statistics_bytes();
  if (sets_.front().trace.tokens() < length_.prompt) {
    bytes += prompt_query_bytes(length_.prompt);
  }
  for (const Set& set : sets_) {
    bytes += set.rows.bytes() + set.key_ranges.bytes();
  }
  return bytes;
}

}  // namespace multistate
