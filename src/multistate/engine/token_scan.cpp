#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <ATen/ops/matmul.h>
#include <ATen/ops/softmax.h>
#include <fmt/format.h>

#include "multistate/engine/decision.h"
#include "multistate/engine/layer_scan.h"
#include "multistate/engine/places.h"
#include "multistate/engine/policy_call.h"
#include "multistate/engine/set_inputs.h"
#include "multistate/engine/step_buffers.h"
#include "multistate/engine/step_selection.h"
#include "multistate/model/host_memory.h"
#include "multistate/model/layers.h"

namespace multistate {
namespace {

/// The rows of a set as matrices on the host in float32; for the rows' own type and device see
/// write_back().
class EditableRows final : public RowEditor {
 public:
  EditableRows(RowSet& rows, const StepData& step)
      : rows_(rows), step_(step), keys_(to_host(rows.keys())), values_(to_host(rows.values())) {}

  std::span<float> key(int64_t kv_head, int64_t row) override { return at(keys_, kv_head, row); }
  std::span<float> value(int64_t kv_head, int64_t row) override {
    return at(values_, kv_head, row);
  }

  void write_back() {
    from_host(keys_, rows_.keys());
    from_host(values_, rows_.values());
  }

 private:
  std::span<float> at(const at::Tensor& rows, int64_t kv_head, int64_t row) const {
    if (kv_head < 0 || kv_head >= rows.size(0) || row < 0 || row >= rows.size(1)) {
      throw PolicyError(
          Breach::kIndex,
          fmt::format("layer {}, step {}: row {} of key/value head {} is edited; there are {} rows "
                      "and {} heads",
                      step_.layer, step_.step, row, kv_head, rows.size(1), rows.size(0)));
    }
    return {rows.data_ptr<float>() + kv_head * rows.stride(0) + row * rows.stride(1),
            static_cast<size_t>(rows.size(2))};
  }

  RowSet& rows_;
  const StepData& step_;
  at::Tensor keys_;
  at::Tensor values_;
};

/// Runs one set of rows through all tokens of the call.
class SetStepper {
 public:
  SetStepper(SetInputs inputs, const LayerState& state, LayerState::Set& set)
      : inputs_(std::move(inputs)),
        state_(state),
        set_(set),
        future_(future_of_set(state, set, inputs_)) {}

  /// Lets token `token` of the call attend, and describes the step for the policy to decide about.
  void attend(int64_t token, StepData& data) {
    append_rows(state_, set_, inputs_, token, 1);
    set_.trace.record_birth();
    auto query = inputs_.queries.select(2, token);
    auto keys = set_.rows.keys().to(query.scalar_type());
    auto place = static_cast<double>(set_.trace.tokens() - 1);
    if (state_.setup().rotates_anew()) {
      place = rotate(query, keys);
    }
    const auto logits = at::matmul(query.mul(inputs_.scale), keys.transpose(1, 2));
    if (inputs_.logit_cap) {
      cap_in_place(logits, *inputs_.logit_cap);
    }
    auto weights = at::softmax(what_is_read(logits, query, keys), -1, at::kFloat);
    auto values = set_.rows.values().to(query.scalar_type());
    inputs_.attended.select(0, token).copy_(at::matmul(weights.to(values.scalar_type()), values));
    if (leave_window()) {
      const int64_t left = set_.rows.rows();
      const auto type = query.scalar_type();
      keys = state_.setup().rotates_anew() ? keys.narrow(1, 1, left) : set_.rows.keys().to(type);
      values = set_.rows.values().to(type);
      weights = weights.narrow(2, 1, left);
    }
    describe({query, keys, values, weights, place}, data);
  }

  std::span<float> scores() { return buffers_.scores(set_.rows.rows()); }

  void evict(const Evictions& evictions, const StepData& data) {
    const Needs& needs = state_.setup().needs;
    const MergingPolicy* merging = state_.setup().faces.merging;
    if (merging != nullptr && !evictions.rows().empty()) {
      EditableRows rows(set_.rows, data);
      call_policy(state_.setup(), data.layer, data.step,
                  [&] { merging->merge(StepView(data, needs), evictions.rows(), rows); });
      rows.write_back();
    }
    for (const int64_t row : evictions.rows()) {
      set_.trace.record_eviction(set_.rows.positions()[static_cast<size_t>(row)], data.step);
    }
    set_.rows.erase(evictions.rows());
    state_.quantize(set_);
    set_.peak_rows = std::max(set_.peak_rows, set_.rows.rows());
  }

 private:
  /// What the newest token has seen.
  struct Seen {
    at::Tensor query;    ///< [G, H/G, D]
    at::Tensor keys;     ///< [G, N, D]
    at::Tensor values;   ///< [G, N, D]
    at::Tensor weights;  ///< [G, H/G, N]
    double place = 0.0;  ///< Where RoPE has rotated the query to.
  };

  /// The logits, -infinity for rows that the queries do not read.
  at::Tensor what_is_read(const at::Tensor& logits, const at::Tensor& query,
                          const at::Tensor& keys) {
    if (state_.selects()) {
      return selected_logits(logits, query, keys, state_, set_).to(logits.device());
    }
    set_.reads.add(set_.rows.rows(), inputs_.heads());
    return logits;
  }

  /// Evicts the row that the layer's window passes with this step. Returns whether there was one.
  bool leave_window() {
    const int64_t step = set_.trace.tokens() - 1;
    const int64_t oldest = set_.rows.positions().front();
    if (oldest > state_.passed_after(step)) {
      return false;
    }
    set_.trace.record_eviction(oldest, step);
    set_.rows.erase(std::array{int64_t{0}});
    return true;
  }

  /// Replaces the newest query and all keys, which are those before RoPE, by rotated ones. Returns
  /// the query's place.
  double rotate(at::Tensor& query, at::Tensor& keys) const {
    const auto places = places_of(set_.rows.positions(), state_.setup().common.positions);
    const auto table = make_rotary_table(places, state_.rotary_frequencies(), keys.options());
    const int64_t newest = keys.size(1) - 1;
    keys = keys.contiguous().clone();
    rotate_in_place(keys, table);
    query = query.contiguous().clone();
    rotate_in_place(query.view({-1, 1, query.size(2)}),
                    {table.cos.narrow(0, newest, 1), table.sin.narrow(0, newest, 1)});
    return places.back();
  }

  void describe(const Seen& seen, StepData& data) {
    const int64_t rows = set_.rows.rows();
    const Needs& needs = state_.setup().needs;
    live_.assign(static_cast<size_t>(rows), 1);
    data.live = live_;
    data.live_rows = rows;
    if (needs.attention) {
      data.attention = readable(seen.weights.flatten(0, 1), weights_holder_);
    }
    if (state_.setup().reads_queries()) {
      data.query = readable(seen.query.flatten(0, 1), query_holder_);
    }
    if (state_.setup().reads_keys()) {
      data.keys = readable(seen.keys, keys_holder_);
    }
    if (needs.values) {
      data.values = readable(seen.values, values_holder_);
    }
    describe_set(state_, set_, data, seen.place);
    buffers_.reserve(needs, rows, inputs_.head_size());
    if (future_.defined()) {
      show_future(future_, buffers_.future(rows), data);
    }
    buffers_.show(data);
  }

  SetInputs inputs_;
  const LayerState& state_;
  LayerState::Set& set_;
  at::Tensor future_;
  std::vector<uint8_t> live_;
  StepBuffers buffers_;
  at::Tensor weights_holder_;
  at::Tensor query_holder_;
  at::Tensor keys_holder_;
  at::Tensor values_holder_;
};

/// Runs sets of rows that are decided on together through all tokens of the call.
class GroupStepper {
 public:
  GroupStepper(const Qkv& qkv, const at::Tensor& attended, LayerState& state, int64_t first_set)
      : state_(state),
        first_set_(first_set),
        decision_(state.setup(), static_cast<size_t>(state.sets_in_group()), state.measures()),
        data_(static_cast<size_t>(state.sets_in_group())),
        scores_(data_.size()) {
    const auto all = static_cast<int64_t>(state.sets().size());
    for (int64_t set = first_set; set < first_set + state.sets_in_group(); ++set) {
      sets_.emplace_back(inputs_of_set(qkv, attended, state.attention(), set, all), state,
                         state.sets()[static_cast<size_t>(set)]);
    }
  }

  void step(int64_t token) {
    for (size_t i = 0; i < sets_.size(); ++i) {
      sets_[i].attend(token, data_[i]);
      scores_[i] = sets_[i].scores();
    }
    decision_.decide(data_, scores_);
    for (size_t i = 0; i < sets_.size(); ++i) {
      sets_[i].evict(decision_.evictions(i), data_[i]);
    }
    state_.note_held(first_set_);
  }

 private:
  LayerState& state_;
  int64_t first_set_;
  std::vector<SetStepper> sets_;
  GroupDecision decision_;
  std::vector<StepData> data_;
  std::vector<std::span<float>> scores_;
};

class TokenScan final : public LayerScan {
 public:
  at::Tensor attend(const Qkv& qkv, LayerState& state) const override {
    const auto attended = make_attended(qkv);
    const auto sets = static_cast<int64_t>(state.sets().size());
    for (int64_t first = 0; first < sets; first += state.sets_in_group()) {
      GroupStepper group(qkv, attended, state, first);
      for (int64_t token = 0; token < qkv.tokens(); ++token) {
        group.step(token);
      }
    }
    return attended.flatten(1, 3);
  }
};

}  // namespace

const LayerScan& token_scan() {
  static const TokenScan scan;
  return scan;
}

}  // namespace multistate
