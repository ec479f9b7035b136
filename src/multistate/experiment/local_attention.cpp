#include "multistate/experiment/local_attention.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include <ATen/ops/empty.h>
#include <ATen/ops/matmul.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>

#include "multistate/base/stopwatch.h"
#include "multistate/experiment/sample_metrics.h"
#include "multistate/model/layers.h"
#include "multistate/results/series.h"
#include "multistate/results/statistics.h"

namespace multistate {
namespace {

/// Queries that are compared together.
constexpr int64_t kBlock = 64;

/// Queries and keys as RoPE turns them at their positions, from `first` on.
Qkv rotated(const Qkv& qkv, int64_t first, std::span<const double> frequencies) {
  std::vector<double> places;
  for (int64_t token = 0; token < qkv.tokens(); ++token) {
    places.push_back(static_cast<double>(first + token));
  }
  const auto table = make_rotary_table(places, frequencies, qkv.keys.options());
  Qkv turned = {qkv.queries.clone(), qkv.keys.clone(), qkv.values, qkv.ids};
  rotate_in_place(turned.queries, table);
  rotate_in_place(turned.keys, table);
  return turned;
}

/// Softmax weights [heads, B, N] of the last B of N tokens, in float32: 0 for tokens to come, and
/// for those outside a window.
at::Tensor causal_weights(const at::Tensor& queries, const at::Tensor& keys,
                          const AttentionSpec& attention) {
  const auto logits = at::matmul(queries.mul(attention.scale), keys.t()).to(at::kFloat);
  if (attention.logit_cap) {
    cap_in_place(logits, *attention.logit_cap);
  }
  const int64_t count = logits.size(1);
  const int64_t rows = logits.size(2);
  const auto all = at::ones({count, rows}, logits.options().dtype(at::kBool));
  auto unseen = all.triu(rows - count + 1);
  if (attention.window) {
    unseen.logical_or_(all.tril(rows - count - *attention.window));
  }
  return at::softmax(logits.masked_fill(unseen, -INFINITY), -1);
}

/// [B, N]: 1 for the rows that the query of each step saw, the first at `step`.
at::Tensor seen_rows(const RowTrace& trace, int64_t step, int64_t count, int64_t rows) {
  auto seen = at::empty({count, rows}, at::kFloat);
  auto* cell = seen.data_ptr<float>();
  for (int64_t i = 0; i < count; ++i) {
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t end = trace.evicted_at()[static_cast<size_t>(row)];
      *cell++ = end == RowTrace::kAlive || end >= step + i ? 1.0F : 0.0F;
    }
  }
  return seen;
}

at::Tensor length(const at::Tensor& vectors) {
  return vectors.square().sum(-1).sqrt();
}

/// Adds the numbers [heads] to sums, from head `first` on.
void add(const at::Tensor& numbers, int64_t first, std::vector<double>& sums) {
  const auto on_cpu = numbers.to(at::kCPU, at::kDouble).contiguous();
  for (int64_t head = 0; head < on_cpu.size(0); ++head) {
    sums[static_cast<size_t>(first + head)] += on_cpu.data_ptr<double>()[head];
  }
}

/// What is summed by layer and head.
struct Measure {
  const char* metric;
  const char* key;  ///< In "local_attention".
  const char* sum;
  bool higher_is_better;
};

constexpr std::array kMeasures = {
    Measure{"output_error", "output_error", "output_error_sum", false},
    Measure{"local_kept_attention", "kept", "local_kept_sum", true}};

const nlohmann::json& layers_of(const SampleRecord& record, const Measure& measure) {
  return record.values.at("local_attention").at(measure.key);
}

nlohmann::json series_of(std::span<const SampleRecord> records, const Measure& measure) {
  auto series = nlohmann::json::array();
  for (size_t layer = 0; layer < layers_of(records.front(), measure).size(); ++layer) {
    std::vector<double> sums;
    std::vector<double> outputs;
    for (const SampleRecord& record : records) {
      const auto heads = layers_of(record, measure).at(layer).get<std::vector<double>>();
      sums.push_back(0.0);
      for (const double head : heads) {
        sums.back() += head;
      }
      outputs.push_back(static_cast<double>(record.tokens) * static_cast<double>(heads.size()));
    }
    const Estimate mean = ratio_of_sums(sums, outputs);
    const auto place = static_cast<int64_t>(layer);
    series.push_back(series_point({.value = mean.value,
                                   .standard_error = mean.standard_error,
                                   .n = static_cast<int64_t>(records.size()),
                                   .higher_is_better = measure.higher_is_better,
                                   .unit = ""},
                                  {place, place + 1, "layer"}));
  }
  return series;
}

nlohmann::json map_of(std::span<const SampleRecord> records, const Measure& measure) {
  const auto& layers = layers_of(records.front(), measure);
  ValueMap map = {.x = {.name = "layer", .ticks = nlohmann::json::array()},
                  .y = {.name = "head", .ticks = nlohmann::json::array()},
                  .unit = "",
                  .values = {}};
  for (size_t layer = 0; layer < layers.size(); ++layer) {
    map.x.ticks.push_back(layer);
  }
  for (size_t head = 0; head < layers.front().size(); ++head) {
    map.y.ticks.push_back(head);
    auto& row = map.values.emplace_back();
    for (size_t layer = 0; layer < layers.size(); ++layer) {
      double sum = 0.0;
      double tokens = 0.0;
      for (const SampleRecord& record : records) {
        sum += layers_of(record, measure).at(layer).at(head).get<double>();
        tokens += static_cast<double>(record.tokens);
      }
      row.push_back(sum / tokens);
    }
  }
  return to_json(map);
}

}  // namespace

ComparedScan::ComparedScan(const Transformer& model, const SampleLength& length) {
  for (int64_t layer = 0; layer < model.spec().layer_count(); ++layer) {
    AttentionSpec attention = model.spec().layer(layer).attention;
    attention.window.reset();  // What it leaves out is masked below.
    full_.emplace_back(attention, keep_all_setup(), LayerPlace{.layer = layer}, SampleSeed{},
                       length, model.options());
    const auto heads = static_cast<size_t>(attention.heads);
    sums_.push_back({std::vector<double>(heads, 0.0), std::vector<double>(heads, 0.0)});
  }
}

at::Tensor ComparedScan::attend(const Qkv& qkv, LayerState& state) const {
  auto attended = scan_for(state.setup()).attend(qkv, state);
  const Stopwatch watch(seconds_);
  compare(qkv, attended, state);
  return attended;
}

void ComparedScan::compare(const Qkv& qkv, const at::Tensor& attended,
                           const LayerState& state) const {
  RowSet& all = full_[static_cast<size_t>(state.layer())].sets().front().rows;
  const int64_t before = all.rows();
  const Qkv turned =
      state.setup().rotates_anew() ? rotated(qkv, before, state.rotary_frequencies()) : qkv;
  all.append(turned.keys, turned.values, before);
  for (int64_t first = 0; first < qkv.tokens(); first += kBlock) {
    const int64_t count = std::min(kBlock, qkv.tokens() - first);
    for (int64_t kv_head = 0; kv_head < qkv.keys.size(0); ++kv_head) {
      compare_block(turned, attended, state, kv_head, {first, count, before + first + count});
    }
  }
}

void ComparedScan::compare_block(const Qkv& qkv, const at::Tensor& attended,
                                 const LayerState& state, int64_t kv_head,
                                 const Block& block) const {
  const auto layer = static_cast<size_t>(state.layer());
  const RowSet& all = full_[layer].sets().front().rows;
  const int64_t kv_heads = qkv.keys.size(0);
  const int64_t group = qkv.queries.size(0) / kv_heads;
  const int64_t first_head = kv_head * group;
  const auto weights = causal_weights(
      qkv.queries.narrow(0, first_head, group).narrow(1, block.first, block.count),
      all.keys().select(0, kv_head).narrow(0, 0, block.rows).to(qkv.queries.scalar_type()),
      state.attention());

  // [heads, B, D], in double precision: both are rounded to the type of the rows.
  const auto values = all.values().select(0, kv_head).narrow(0, 0, block.rows);
  const auto full = at::matmul(weights, values.to(at::kFloat)).to(at::kDouble);
  const auto policy = attended.view({attended.size(0), qkv.queries.size(0), -1})
                          .narrow(0, block.first, block.count)
                          .narrow(1, first_head, group)
                          .transpose(0, 1)
                          .to(at::kDouble);
  // Of values that are all 0 both outputs are, and there is no error.
  const auto errors = length(policy.sub(full)).div(length(full)).nan_to_num(0.0);
  add(errors.sum(1), first_head, sums_[layer].output_error);

  const auto set = state.sets().size() > 1 ? static_cast<size_t>(kv_head) : 0;
  const auto seen =
      seen_rows(state.sets()[set].trace, block.rows - block.count, block.count, block.rows);
  add(weights.mul(seen.to(weights.device())).sum(2).sum(1), first_head, sums_[layer].kept);
}

void ComparedScan::write(nlohmann::json& values) const {
  double error = 0.0;
  double kept = 0.0;
  int64_t outputs = 0;
  nlohmann::json& by_head = values["local_attention"];
  for (size_t layer = 0; layer < sums_.size(); ++layer) {
    const Sums& sums = sums_[layer];
    by_head["output_error"].push_back(sums.output_error);
    by_head["kept"].push_back(sums.kept);
    for (size_t head = 0; head < sums.kept.size(); ++head) {
      error += sums.output_error[head];
      kept += sums.kept[head];
      outputs += full_[layer].sets().front().rows.rows();
    }
  }
  values["output_error_sum"] = error;
  values["local_kept_sum"] = kept;
  values["attention_outputs"] = outputs;
}

void add_local_attention(std::span<const SampleRecord> records, Summary& summary) {
  if (!records.front().values.contains("local_attention")) {
    return;
  }
  for (const Measure& measure : kMeasures) {
    const std::string name = measure.metric;
    summary.metrics[name] =
        ratio_metric(records, {.numerator = measure.sum, .denominator = "attention_outputs"},
                     {.higher_is_better = measure.higher_is_better});
    summary.series[name + "_by_layer"] = series_of(records, measure);
    summary.maps[name] = map_of(records, measure);
  }
}

}  // namespace multistate
