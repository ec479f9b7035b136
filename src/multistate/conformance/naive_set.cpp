#include "multistate/conformance/naive_set.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "multistate/conformance/naive_quantization.h"
#include "multistate/conformance/naive_statistics.h"
#include "multistate/engine/eviction_plan.h"
#include "multistate/policy/policy_error.h"

namespace multistate {
namespace {

double place_in(const std::vector<double>& places, size_t row) {
  return places.empty() ? 0.0 : places[row];
}

/// Rows whose copies in single precision a policy may change.
class CopiedRows final : public RowEditor {
 public:
  CopiedRows(std::vector<float>& keys, std::vector<float>& values, const StepData& data)
      : keys_(keys), values_(values), data_(data) {}

  std::span<float> key(int64_t kv_head, int64_t row) override { return at(keys_, kv_head, row); }
  std::span<float> value(int64_t kv_head, int64_t row) override {
    return at(values_, kv_head, row);
  }

 private:
  std::span<float> at(std::vector<float>& all, int64_t kv_head, int64_t row) const {
    const int64_t heads = std::ssize(all) / (data_.live_rows * data_.head_size);
    if (kv_head < 0 || kv_head >= heads || row < 0 || row >= data_.live_rows) {
      throw PolicyError(Breach::kIndex, fmt::format("row {} of key/value head {} is edited; there "
                                                    "are {} rows and {} heads",
                                                    row, kv_head, data_.live_rows, heads));
    }
    const int64_t first = (kv_head * data_.live_rows + row) * data_.head_size;
    return std::span(all).subspan(static_cast<size_t>(first), static_cast<size_t>(data_.head_size));
  }

  std::vector<float>& keys_;
  std::vector<float>& values_;
  const StepData& data_;
};

}  // namespace

NaiveSet::NaiveSet(const NaiveInputs& inputs, const PolicySetup& setup, bool decides,
                   const Heads& heads, const CounterRandom& random)
    : inputs_(inputs),
      setup_(setup),
      decides_(decides),
      heads_(heads),
      random_(random),
      set_memory_(static_cast<size_t>(setup.needs.floats_a_set(heads.queries(), inputs.head_size))),
      frequencies_(rotary_frequencies(inputs)) {}

void NaiveSet::attend(int64_t t, const std::vector<std::vector<uint8_t>>& is_read,
                      NaiveResult& result) {
  Row row = {.position = t,
             .keys = {},
             .values = {},
             .memory = std::vector<float>(static_cast<size_t>(setup_.needs.floats_a_row()), 0.0F)};
  if (setup_.needs.knows_tokens()) {
    row.memory[static_cast<size_t>(setup_.needs.memory)] =
        static_cast<float>(inputs_.ids[static_cast<size_t>(t)]);
  }
  if (setup_.needs.value_norms) {
    row.memory.back() = static_cast<float>(value_norm(inputs_, heads_, t));
  }
  for (int64_t head = heads_.first_kv; head < heads_.end_kv; ++head) {
    const double* key = vector_of(inputs_, inputs_.keys, head, t);
    row.keys.insert(row.keys.end(), key, key + inputs_.head_size);
    const double* value = vector_of(inputs_, inputs_.values, head, t);
    row.values.insert(row.values.end(), value, value + inputs_.head_size);
  }
  rows_.push_back(row);
  places_ = places();
  weights_.clear();
  for (int64_t head = heads_.first_head; head < heads_.end_head; ++head) {
    weights_.push_back(attend_with(head, t, is_read[static_cast<size_t>(head)], result));
  }
  if (decides_) {
    leave_window(t);
  }
}

void NaiveSet::leave_window(int64_t t) {
  if (in_window(rows_.front(), t + 1)) {
    return;
  }
  rows_.erase(rows_.begin());
  if (!places_.empty()) {
    places_.erase(places_.begin());
  }
  for (std::vector<double>& weights : weights_) {
    weights.erase(weights.begin());
  }
}

/// Where rows are rotated to at this step; none where they came rotated, as wherever the policy
/// does not decide.
std::vector<double> NaiveSet::places() const {
  std::vector<double> places;
  const Positions how = setup_.common.positions;
  const bool anew = setup_.rotates_anew() && decides_;
  for (size_t row = 0; anew && row < rows_.size(); ++row) {
    if (how == Positions::kInCache || row == 0) {
      places.push_back(static_cast<double>(row));
      continue;
    }
    const auto gap = static_cast<double>(rows_[row].position - rows_[row - 1].position);
    places.push_back(places.back() + (gap <= 10.0 ? gap : std::log(std::log(gap))));
  }
  return places;
}

std::vector<double> NaiveSet::rotated(const double* x, double place) const {
  const size_t half = frequencies_.size();
  std::vector<double> y(x, x + inputs_.head_size);
  for (size_t i = 0; i < half; ++i) {
    const double angle = place * frequencies_[i];
    y[i] = x[i] * std::cos(angle) - x[i + half] * std::sin(angle);
    y[i + half] = x[i + half] * std::cos(angle) + x[i] * std::sin(angle);
  }
  return y;
}

std::vector<double> NaiveSet::attend_with(int64_t head, int64_t t,
                                          const std::vector<uint8_t>& is_read,
                                          NaiveResult& result) const {
  const int64_t size = inputs_.head_size;
  const int64_t kv_head = head / (inputs_.heads / inputs_.kv_heads) - heads_.first_kv;
  const auto query =
      rotated(vector_of(inputs_, inputs_.queries, head, t), place_in(places_, rows_.size() - 1));
  std::vector<double> weights;
  double total = 0.0;
  int64_t count = 0;
  for (size_t n = 0; n < rows_.size(); ++n) {
    const auto key = rotated(rows_[n].keys.data() + kv_head * size, place_in(places_, n));
    double logit = 0.0;
    for (size_t i = 0; i < key.size(); ++i) {
      logit += query[i] * key[i];
    }
    const bool reads =
        in_window(rows_[n], t) && is_read[static_cast<size_t>(rows_[n].position)] != 0;
    weights.push_back(reads ? inputs_.exp_of_logit(logit) : 0.0);
    total += weights.back();
    count += reads ? 1 : 0;
  }
  result.rows_read += count;
  result.most_read = std::max(result.most_read, count);
  double* out = result.attended.data() + (t * inputs_.heads + head) * size;
  for (size_t row = 0; row < rows_.size(); ++row) {
    weights[row] /= total;
    for (int64_t i = 0; i < size; ++i) {
      out[i] += weights[row] * rows_[row].values[static_cast<size_t>(kv_head * size + i)];
    }
  }
  return weights;
}

/// Copies what the rows hold to where a policy can read it.
void NaiveSet::gather() {
  const auto count = static_cast<int64_t>(rows_.size());
  const int64_t size = inputs_.head_size;
  positions_.clear();
  for (const Row& row : rows_) {
    positions_.push_back(row.position);
  }
  live_.assign(rows_.size(), 1);
  protected_.clear();
  for (const Row& row : rows_) {
    protected_.push_back(is_protected(row.position) ? 1 : 0);
  }
  keys_.clear();
  values_.clear();
  for (int64_t head = 0; head < heads_.kv(); ++head) {
    for (size_t row = 0; row < rows_.size(); ++row) {
      const auto key = rotated(rows_[row].keys.data() + head * size, place_in(places_, row));
      keys_.insert(keys_.end(), key.begin(), key.end());
      const auto value = rows_[row].values.begin() + head * size;
      values_.insert(values_.end(), value, value + size);
    }
  }
  const int64_t fields = setup_.needs.floats_a_row();
  memory_.assign(static_cast<size_t>(fields * count), 0.0F);
  for (int64_t row = 0; row < count; ++row) {
    for (int64_t field = 0; field < fields; ++field) {
      memory_[static_cast<size_t>(field * count + row)] =
          rows_[static_cast<size_t>(row)].memory[static_cast<size_t>(field)];
    }
  }
  // What nobody has written must not be read.
  constexpr float kUnwritten = std::numeric_limits<float>::quiet_NaN();
  scores_.assign(rows_.size(), kUnwritten);
  scratch_.assign(static_cast<size_t>(setup_.needs.scratch * count), kUnwritten);
  vectors_.assign(static_cast<size_t>(setup_.needs.vectors * size), kUnwritten);
}

int64_t NaiveSet::state_size(int64_t layer) const {
  if (given_ > 0) {
    return given_;
  }
  const LayerBudgets* budgets = setup_.faces.budgets;
  return budgets != nullptr ? budgets->layer_budget(layer, 1, setup_.state_size)
                            : setup_.state_size;
}

int64_t NaiveSet::capacity(int64_t t, int64_t k) const {
  const bool in_prompt = setup_.common.prompt == Prompt::kOneShot && t + 1 < inputs_.prompt;
  const bool is_kept = setup_.common.after_prompt == AfterPrompt::kKeep && t >= inputs_.prompt;
  return in_prompt || is_kept ? kUnlimitedRows : k + kept_prompt() + setup_.common.every - 1;
}

std::vector<std::vector<double>> NaiveSet::future_scores(int64_t k) const {
  const Future& future = *setup_.needs.future;
  auto scores = future_attention(inputs_, heads_, future.exact ? 1.0 : future.gamma);
  if (!future.exact) {
    return scores;
  }
  PlanRules rules = {
      .evictions = {}, .sinks = first_rows(), .recent = setup_.common.recent.rows(k)};
  std::vector<float> later;
  for (int64_t t = 0, rows = 1; t < inputs_.tokens; ++t, ++rows) {
    rules.evictions.push_back(rows > capacity(t, k) ? rows - k - kept_prompt() : 0);
    rows -= rules.evictions.back();
    later.insert(later.end(), scores[static_cast<size_t>(t)].begin(),
                 scores[static_cast<size_t>(t)].end());
  }
  const auto steps = plan_evictions(later, rules);
  std::fill(scores.begin(), scores.end(), std::vector<double>(steps.begin(), steps.end()));
  return scores;
}

const StepData& NaiveSet::describe_heads(int64_t layer) {
  data_ = {};
  data_.layer = layer;
  data_.state_size = state_size(layer) + kept_prompt();
  data_.heads = heads_.queries();
  data_.kv_heads = heads_.kv();
  data_.head_size = inputs_.head_size;
  data_.logit_scale = inputs_.logit_scale();
  if (setup_.calibration != nullptr) {
    data_.calibration = setup_.calibration->layers.at(static_cast<size_t>(layer))
                            .heads_from(heads_.first_head, heads_.first_kv);
  }
  data_.set_memory = set_memory_.data();
  data_.random = &random_;
  data_.rotary_frequencies = frequencies_;
  return data_;
}

const StepData& NaiveSet::describe(int64_t t, int64_t layer) {
  gather();
  const auto count = static_cast<int64_t>(rows_.size());
  const int64_t size = inputs_.head_size;
  const int64_t k = state_size(layer);
  attention_.clear();
  for (const auto& head : weights_) {
    attention_.insert(attention_.end(), head.begin(), head.end());
  }
  query_.clear();
  for (int64_t head = heads_.first_head; head < heads_.end_head; ++head) {
    const auto query =
        rotated(vector_of(inputs_, inputs_.queries, head, t), place_in(places_, rows_.size() - 1));
    query_.insert(query_.end(), query.begin(), query.end());
  }
  describe_heads(layer);
  data_.step = t;
  data_.capacity = capacity(t, k);
  data_.live_rows = count;
  data_.is_protected = protected_;
  data_.positions = positions_;
  data_.live = live_;
  data_.sinks = std::min(first_rows(), t + 1);
  for (const int64_t position : positions_) {
    data_.first_candidate += position < first_rows() ? 1 : 0;
  }
  data_.end_candidates = std::max(data_.first_candidate, count - setup_.common.recent.rows(k));
  data_.attention = {attention_.data(), count, 0};
  data_.query = {query_.data(), size, 0};
  data_.keys = {keys_.data(), count * size, size};
  data_.values = {values_.data(), count * size, size};
  data_.memory = memory_.data();
  data_.memory_stride = count;
  data_.scratch = scratch_.data();
  data_.scratch_stride = count;
  data_.vectors = vectors_.data();
  if (setup_.token_kinds != nullptr) {
    data_.token_kinds = *setup_.token_kinds;
  }
  if (setup_.needs.query_statistics) {
    const auto statistics = query_statistics(inputs_, heads_, setup_.common.sinks, t,
                                             /*rotated=*/!setup_.rotates_anew());
    query_mean_ = statistics.mean;
    query_covariance_ = statistics.covariance;
    data_.query_mean = {query_mean_.data(), size, 0};
    data_.query_covariance = {query_covariance_.data(), size * size, 0};
  }
  if (setup_.needs.future) {
    if (all_future_.empty()) {
      all_future_ = future_scores(k);
    }
    future_.clear();
    for (const Row& row : rows_) {
      future_.push_back(static_cast<float>(
          all_future_[static_cast<size_t>(t)][static_cast<size_t>(row.position)]));
    }
    data_.future = future_;
  }
  describe_prompt(t);
  return data_;
}

void NaiveSet::merge(const Evictions& evictions) {
  std::vector<float> keys;  // As the state holds them, which may be before RoPE.
  for (int64_t head = 0; head < heads_.kv(); ++head) {
    for (const Row& row : rows_) {
      const auto key = row.keys.begin() + head * inputs_.head_size;
      keys.insert(keys.end(), key, key + inputs_.head_size);
    }
  }
  CopiedRows editor(keys, values_, data_);
  setup_.faces.merging->merge(StepView(data_, setup_.needs), evictions.rows(), editor);
  for (int64_t head = 0; head < heads_.kv(); ++head) {
    for (size_t row = 0; row < rows_.size(); ++row) {
      const auto key = editor.key(head, static_cast<int64_t>(row));
      const auto value = editor.value(head, static_cast<int64_t>(row));
      std::copy(key.begin(), key.end(), rows_[row].keys.begin() + head * inputs_.head_size);
      std::copy(value.begin(), value.end(), rows_[row].values.begin() + head * inputs_.head_size);
    }
  }
}

void NaiveSet::evict(const Evictions& evictions) {
  if (setup_.faces.merging != nullptr && !evictions.rows().empty()) {
    merge(evictions);
  }
  const auto count = static_cast<int64_t>(rows_.size());
  std::vector<Row> left;
  for (int64_t row = 0; row < count; ++row) {
    for (int64_t field = 0; field < setup_.needs.floats_a_row(); ++field) {
      rows_[static_cast<size_t>(row)].memory[static_cast<size_t>(field)] =
          memory_[static_cast<size_t>(field * count + row)];
    }
    const auto gone = evictions.rows();
    if (std::find(gone.begin(), gone.end(), row) == gone.end()) {
      left.push_back(rows_[static_cast<size_t>(row)]);
    }
  }
  rows_ = left;
  const bool in_prompt =
      setup_.common.prompt == Prompt::kOneShot && data_.step + 1 < inputs_.prompt;
  if (setup_.needs.quantization && !in_prompt) {
    quantize();
  }
}

void NaiveSet::quantize() {
  const int64_t residual = setup_.residual(data_.state_size - kept_prompt());
  std::vector<NaiveVectors> together;
  std::vector<Row*> rows;
  for (Row& row : rows_) {
    if (row.quantized) {
      continue;
    }
    rows.push_back(&row);
    together.push_back({&row.keys, &row.values});
    if (static_cast<int64_t>(rows.size()) == residual) {
      quantize_together(together, inputs_.head_size, *setup_.needs.quantization);
      for (Row* one : rows) {
        one->quantized = true;
      }
      together.clear();
      rows.clear();
    }
  }
}

}  // namespace multistate
