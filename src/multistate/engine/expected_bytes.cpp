#include "multistate/engine/expected_bytes.h"

#include <algorithm>
#include <vector>

#include "multistate/engine/layer_shares.h"
#include "multistate/engine/layer_state.h"
#include "multistate/engine/text_length.h"

namespace multistate {
namespace {

/// Bytes of `rows` rows of which `newest` are in floating point.
int64_t bytes_of(const RowCosts& costs, const RowQuantization& how, int64_t rows, int64_t newest) {
  const int64_t quantized = rows - newest;
  const int64_t groups = quantized / how.residual * how.groups_of(how.residual) +
                         how.groups_of(quantized % how.residual);
  return newest * costs.row + quantized * costs.quantized_row + groups * costs.group;
}

/// The most that a set takes which grows to `rows` rows and, if it is `full` then, goes on with as
/// many.
int64_t quantized_peak(const RowCosts& costs, const RowQuantization& how, int64_t rows, bool full) {
  if (full) {
    return bytes_of(costs, how, rows, how.residual - 1);
  }
  const int64_t newest = rows % how.residual;
  const int64_t at_end = bytes_of(costs, how, rows, newest);
  const int64_t before = rows - newest - 1;  // One row less than were quantised last.
  return before < 0 ? at_end : std::max(at_end, bytes_of(costs, how, before, how.residual - 1));
}

/// The most rows of a set after a step, but for a prompt that is cut at its end.
int64_t most_rows(const PolicySetup& setup, const LayerState::Set& set,
                  const SampleLength& length) {
  const int64_t kept = set.kept + setup.rows_beside(length);
  const int64_t capacity = kept + setup.common.every - 1;
  if (!setup.keeps_after_prompt()) {
    return capacity;
  }
  const bool is_cut = setup.one_shot() && length.prompt > capacity;
  return (is_cut ? kept : std::min(capacity, length.prompt)) + length.tokens - length.prompt;
}

int64_t peak_of_set(const LayerState& layer, const LayerState::Set& set,
                    const SampleLength& length) {
  const PolicySetup& setup = layer.setup();
  const RowCosts costs = set.rows.costs();
  const int64_t capacity = setup.bounded() ? most_rows(setup, set, length) : length.tokens;
  const int64_t rows = std::min(capacity, length.tokens);
  // A prompt that is cut at its end is there but for its last token, as far as a window sees it.
  const int64_t seen = layer.window_of_policy().value_or(length.prompt) - 1;
  const int64_t prompt = setup.one_shot() ? std::min(length.prompt - 1, seen) : 0;
  int64_t peak = rows * costs.row + layer.key_range_bytes(rows);
  if (const auto how = layer.quantization()) {
    peak = quantized_peak(costs, *how, rows, capacity < length.tokens);
  }
  return std::max(peak, prompt * costs.row);
}

int64_t peak_of_layer(const LayerState& layer, const SampleLength& length) {
  int64_t peak = layer.statistics_bytes() + layer.prompt_query_bytes(length.prompt);
  for (const LayerState::Set& set : layer.sets()) {
    peak += peak_of_set(layer, set, length);
  }
  return peak;
}

/// Whether sets of rows have sizes of their own from the start, as far as a calibration says it;
/// else they have k rows on average.
bool shares_out_first(const PolicySetup& setup) {
  return setup.faces.measured != nullptr && setup.faces.measured->measures_first() &&
         (setup.calibration != nullptr || !setup.needs.calibration);
}

/// Of all layers, where sets of some share rows out among each other.
int64_t shared_peak(const DecoderSpec& spec, const PolicySetup& setup, const SampleLength& length,
                    at::ScalarType dtype) {
  std::vector<LayerState> layers;
  for (int64_t index = 0; index < spec.layer_count(); ++index) {
    layers.emplace_back(spec, setup, index, SampleSeed{}, SampleLength{.tokens = 1}, dtype);
  }
  share_out_first(layers);
  int64_t bytes = 0;
  for (const LayerState& layer : layers) {
    bytes += peak_of_layer(layer, length);
  }
  return bytes;
}

/// Whether a layer's peak is that of the layer before it, as nearly always.
bool is_like_before(const DecoderSpec& spec, const PolicySetup& setup, int64_t index) {
  if (index == 0) {
    return false;
  }
  const AttentionSpec& one = spec.layer(index).attention;
  const AttentionSpec& before = spec.layer(index - 1).attention;
  const PolicySetup& policy = setup.of_layer(index);
  const bool depends_on_layer =
      policy.faces.budgets != nullptr || policy.faces.selecting != nullptr;
  return &policy == &setup.of_layer(index - 1) && !depends_on_layer && one.heads == before.heads &&
         one.kv_heads == before.kv_heads && one.head_size == before.head_size &&
         one.window == before.window && one.rotation == before.rotation;
}

}  // namespace

int64_t expected_peak_bytes(const DecoderSpec& spec, const PolicySetup& setup,
                            const SampleLength& length, at::ScalarType dtype) {
  check_text_length(spec, setup, length);
  for (int64_t index = 0; index < spec.layer_count(); ++index) {
    if (shares_out_first(setup.of_layer(index))) {
      return shared_peak(spec, setup, length, dtype);
    }
  }
  int64_t bytes = 0;
  int64_t peak = 0;
  for (int64_t index = 0; index < spec.layer_count(); ++index) {
    if (!is_like_before(spec, setup, index)) {
      // Without storage for more than a row, and without a prompt.
      peak = peak_of_layer(LayerState(spec, setup, index, {}, {.tokens = 1}, dtype), length);
    }
    bytes += peak;
  }
  return bytes;
}

}  // namespace multistate
