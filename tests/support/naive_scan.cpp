#include "support/naive_scan.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace multistate::test {
namespace {

struct Row {
  int64_t position = 0;
  std::vector<double> keys;    ///< [G][D]
  std::vector<double> values;  ///< [G][D]
  std::vector<float> memory;
};

/// One row set: query heads [first_head, end_head), key/value heads [first_kv, end_kv).
struct Heads {
  int64_t first_head = 0;
  int64_t end_head = 0;
  int64_t first_kv = 0;
  int64_t end_kv = 0;

  int64_t queries() const { return end_head - first_head; }
  int64_t kv() const { return end_kv - first_kv; }
};

using Weights = std::vector<std::vector<double>>;  ///< [head][row]

const double* vector(const NaiveInputs& inputs, const std::vector<double>& data, int64_t head,
                     int64_t t) {
  return data.data() + (head * inputs.tokens + t) * inputs.head_size;
}

/// Angles of RoPE with the default base, [D/2].
std::vector<float> rotary_frequencies(int64_t head_size) {
  std::vector<float> frequencies;
  for (int64_t i = 0; i < head_size / 2; ++i) {
    frequencies.push_back(static_cast<float>(
        std::pow(TransformerConfig().rope_theta,
                 -2.0 * static_cast<double>(i) / static_cast<double>(head_size))));
  }
  return frequencies;
}

/// Mean [H][D] and covariance [H][D][D] of the queries up to t before RoPE.
struct NaiveStatistics {
  std::vector<float> mean;
  std::vector<float> covariance;

  NaiveStatistics(const NaiveInputs& inputs, const Heads& heads, int64_t first, int64_t t) {
    for (int64_t head = heads.first_head; head < heads.end_head; ++head) {
      std::vector<std::vector<double>> queries;
      for (int64_t s = first; s <= t; ++s) {
        queries.push_back(unrotated(inputs, head, s));
      }
      add(queries, static_cast<size_t>(inputs.head_size));
    }
  }

 private:
  static std::vector<double> unrotated(const NaiveInputs& inputs, int64_t head, int64_t s) {
    const double* x = vector(inputs, inputs.queries, head, s);
    const auto frequencies = rotary_frequencies(inputs.head_size);
    const size_t half = frequencies.size();
    std::vector<double> query(2 * half);
    for (size_t i = 0; i < half; ++i) {
      const double angle = -static_cast<double>(s) * static_cast<double>(frequencies[i]);
      query[i] = x[i] * std::cos(angle) - x[i + half] * std::sin(angle);
      query[i + half] = x[i + half] * std::cos(angle) + x[i] * std::sin(angle);
    }
    return query;
  }

  void add(const std::vector<std::vector<double>>& queries, size_t size) {
    const auto count = static_cast<double>(queries.size());
    std::vector<double> center(size, 0.0);
    for (const auto& query : queries) {
      for (size_t i = 0; i < size; ++i) {
        center[i] += query[i] / count;
      }
    }
    mean.insert(mean.end(), center.begin(), center.end());
    for (size_t i = 0; i < size; ++i) {
      for (size_t j = 0; j < size; ++j) {
        double sum = 0.0;
        for (const auto& query : queries) {
          sum += (query[i] - center[i]) * (query[j] - center[j]) / count;
        }
        covariance.push_back(static_cast<float>(sum));
      }
    }
  }
};

class NaiveSet {
 public:
  NaiveSet(const NaiveInputs& inputs, const PolicySetup& setup, const Heads& heads, Random random)
      : inputs_(inputs), setup_(setup), heads_(heads), random_(random) {}

  /// Appends the row of token t and lets it attend to all; adds to `attended`.
  void attend(int64_t t, std::vector<double>& attended) {
    Row row = {.position = t,
               .keys = {},
               .values = {},
               .memory = std::vector<float>(static_cast<size_t>(setup_.needs.memory), 0.0F)};
    for (int64_t head = heads_.first_kv; head < heads_.end_kv; ++head) {
      const double* key = vector(inputs_, inputs_.keys, head, t);
      row.keys.insert(row.keys.end(), key, key + inputs_.head_size);
      const double* value = vector(inputs_, inputs_.values, head, t);
      row.values.insert(row.values.end(), value, value + inputs_.head_size);
    }
    rows_.push_back(row);
    weights_.clear();
    for (int64_t head = heads_.first_head; head < heads_.end_head; ++head) {
      weights_.push_back(attend_with(head, t, attended));
    }
  }

  /// What a policy is shown of the step; valid until the next call for this set.
  const StepData& describe(int64_t t, int64_t layer);

  std::span<float> scores() { return scores_; }

  /// Lets the rows go that the policy named.
  void give_up(const Evictions& evictions);

  std::vector<int64_t> kept() const {
    std::vector<int64_t> positions;
    for (const Row& row : rows_) {
      positions.push_back(row.position);
    }
    return positions;
  }

 private:
  std::vector<double> attend_with(int64_t head, int64_t t, std::vector<double>& attended) const;
  double future_of(int64_t position, int64_t t) const;
  void gather();
  void merge(const Evictions& evictions);

  const NaiveInputs& inputs_;
  const PolicySetup& setup_;
  Heads heads_;
  Random random_;
  std::vector<Row> rows_;
  Weights weights_;

  // What `data_` points to.
  StepData data_;
  std::vector<int64_t> positions_;
  std::vector<uint8_t> live_;
  std::vector<float> attention_;
  std::vector<float> query_;
  std::vector<float> keys_;    ///< [G][N][D]
  std::vector<float> values_;  ///< [G][N][D]
  std::vector<float> memory_;
  std::vector<float> scores_;
  std::vector<float> scratch_;
  std::vector<float> vectors_;
  std::vector<float> future_;
  std::vector<float> frequencies_;
  std::vector<float> query_mean_;
  std::vector<float> query_covariance_;
};

std::vector<double> NaiveSet::attend_with(int64_t head, int64_t t,
                                          std::vector<double>& attended) const {
  const int64_t size = inputs_.head_size;
  const int64_t kv_head = head / (inputs_.heads / inputs_.kv_heads) - heads_.first_kv;
  std::vector<double> weights;
  double total = 0.0;
  for (const Row& row : rows_) {
    double logit = 0.0;
    for (int64_t i = 0; i < size; ++i) {
      logit += vector(inputs_, inputs_.queries, head, t)[i] *
               row.keys[static_cast<size_t>(kv_head * size + i)];
    }
    weights.push_back(std::exp(logit / std::sqrt(static_cast<double>(size))));
    total += weights.back();
  }
  double* out = attended.data() + (t * inputs_.heads + head) * size;
  for (size_t row = 0; row < rows_.size(); ++row) {
    weights[row] /= total;
    for (int64_t i = 0; i < size; ++i) {
      out[i] += weights[row] * rows_[row].values[static_cast<size_t>(kv_head * size + i)];
    }
  }
  return weights;
}

/// What tokens after t give the row of `position` where nothing is ever evicted.
double NaiveSet::future_of(int64_t position, int64_t t) const {
  double sum = 0.0;
  for (int64_t head = heads_.first_head; head < heads_.end_head; ++head) {
    const int64_t kv_head = head / (inputs_.heads / inputs_.kv_heads);
    for (int64_t s = t + 1; s < inputs_.tokens; ++s) {
      double own = 0.0;
      double total = 0.0;
      for (int64_t row = 0; row <= s; ++row) {
        double logit = 0.0;
        for (int64_t i = 0; i < inputs_.head_size; ++i) {
          logit += vector(inputs_, inputs_.queries, head, s)[i] *
                   vector(inputs_, inputs_.keys, kv_head, row)[i];
        }
        const double weight = std::exp(logit / std::sqrt(static_cast<double>(inputs_.head_size)));
        total += weight;
        own = row == position ? weight : own;
      }
      sum += own / total / static_cast<double>(heads_.queries());
    }
  }
  return sum;
}

/// Copies what the rows hold to where a policy can read it.
void NaiveSet::gather() {
  const auto count = static_cast<int64_t>(rows_.size());
  const int64_t size = inputs_.head_size;
  positions_ = kept();
  live_.assign(rows_.size(), 1);
  keys_.clear();
  values_.clear();
  for (int64_t head = 0; head < heads_.kv(); ++head) {
    for (const Row& row : rows_) {
      keys_.insert(keys_.end(), row.keys.begin() + head * size,
                   row.keys.begin() + (head + 1) * size);
      values_.insert(values_.end(), row.values.begin() + head * size,
                     row.values.begin() + (head + 1) * size);
    }
  }
  memory_.assign(static_cast<size_t>(setup_.needs.memory * count), 0.0F);
  for (int64_t row = 0; row < count; ++row) {
    for (int64_t field = 0; field < setup_.needs.memory; ++field) {
      memory_[static_cast<size_t>(field * count + row)] =
          rows_[static_cast<size_t>(row)].memory[static_cast<size_t>(field)];
    }
  }
  scores_.assign(rows_.size(), 0.0F);
  scratch_.assign(static_cast<size_t>(setup_.needs.scratch * count), 0.0F);
  vectors_.assign(static_cast<size_t>(setup_.needs.vectors * size), 0.0F);
}

const StepData& NaiveSet::describe(int64_t t, int64_t layer) {
  gather();
  const auto count = static_cast<int64_t>(rows_.size());
  const int64_t size = inputs_.head_size;
  const int64_t k = setup_.needs.layer_budgets
                        ? setup_.policy->layer_budget(layer, 1, setup_.state_size)
                        : setup_.state_size;
  const bool in_prompt = setup_.common.prompt == Prompt::kOneShot && t + 1 < inputs_.prompt;
  attention_.clear();
  for (const auto& head : weights_) {
    attention_.insert(attention_.end(), head.begin(), head.end());
  }
  query_.clear();
  for (int64_t head = heads_.first_head; head < heads_.end_head; ++head) {
    const double* source = vector(inputs_, inputs_.queries, head, t);
    query_.insert(query_.end(), source, source + size);
  }
  data_ = {};
  data_.step = t;
  data_.layer = layer;
  data_.state_size = k;
  data_.capacity = in_prompt ? kUnlimitedRows : k + setup_.common.every - 1;
  data_.live_rows = count;
  data_.heads = heads_.queries();
  data_.kv_heads = heads_.kv();
  data_.head_size = size;
  data_.positions = positions_;
  data_.live = live_;
  data_.first_candidate = std::min(setup_.common.sinks, count);
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
  data_.random = &random_;
  frequencies_ = rotary_frequencies(size);
  data_.rotary_frequencies = frequencies_;
  if (setup_.needs.query_statistics) {
    const NaiveStatistics statistics(inputs_, heads_, setup_.common.sinks, t);
    query_mean_ = statistics.mean;
    query_covariance_ = statistics.covariance;
    data_.query_mean = {query_mean_.data(), size, 0};
    data_.query_covariance = {query_covariance_.data(), size * size, 0};
  }
  if (setup_.needs.future) {
    future_.clear();
    for (const Row& row : rows_) {
      future_.push_back(static_cast<float>(future_of(row.position, t)));
    }
    data_.future = future_;
  }
  return data_;
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
    const int64_t first = (kv_head * data_.live_rows + row) * data_.head_size;
    return std::span(all).subspan(static_cast<size_t>(first), static_cast<size_t>(data_.head_size));
  }

  std::vector<float>& keys_;
  std::vector<float>& values_;
  const StepData& data_;
};

void NaiveSet::merge(const Evictions& evictions) {
  CopiedRows editor(keys_, values_, data_);
  setup_.policy->merge(StepView(data_, setup_.needs), evictions.rows(), editor);
  for (int64_t head = 0; head < heads_.kv(); ++head) {
    for (size_t row = 0; row < rows_.size(); ++row) {
      const auto key = editor.key(head, static_cast<int64_t>(row));
      const auto value = editor.value(head, static_cast<int64_t>(row));
      std::copy(key.begin(), key.end(), rows_[row].keys.begin() + head * inputs_.head_size);
      std::copy(value.begin(), value.end(), rows_[row].values.begin() + head * inputs_.head_size);
    }
  }
}

void NaiveSet::give_up(const Evictions& evictions) {
  if (setup_.needs.merges && !evictions.rows().empty()) {
    merge(evictions);
  }
  const auto count = static_cast<int64_t>(rows_.size());
  std::vector<Row> left;
  for (int64_t row = 0; row < count; ++row) {
    for (int64_t field = 0; field < setup_.needs.memory; ++field) {
      rows_[static_cast<size_t>(row)].memory[static_cast<size_t>(field)] =
          memory_[static_cast<size_t>(field * count + row)];
    }
    const auto gone = evictions.rows();
    if (std::find(gone.begin(), gone.end(), row) == gone.end()) {
      left.push_back(rows_[static_cast<size_t>(row)]);
    }
  }
  rows_ = left;
}

/// One step of all sets of a layer: each by itself, or together where they share a budget.
void decide_and_give_up(const PolicySetup& setup, std::vector<NaiveSet>& sets, int64_t t,
                        int64_t layer) {
  std::vector<Evictions> evictions(sets.size());
  std::vector<StepView> views;
  std::vector<std::span<float>> scores;
  for (NaiveSet& set : sets) {
    views.emplace_back(set.describe(t, layer), setup.needs);
    scores.push_back(set.scores());
  }
  if (setup.needs.pools_heads) {
    setup.policy->evict_pooled(views, scores, evictions);
  }
  for (size_t i = 0; i < sets.size(); ++i) {
    if (!setup.needs.pools_heads) {
      setup.policy->evict(views[i], scores[i], evictions[i]);
    }
    evictions[i].sort();
    sets[i].give_up(evictions[i]);
  }
}

}  // namespace

NaiveInputs NaiveInputs::random(int64_t heads, int64_t kv_heads, int64_t tokens, uint64_t seed,
                                double spread) {
  NaiveInputs inputs = {.heads = heads, .kv_heads = kv_heads, .head_size = 8, .tokens = tokens};
  Random random({seed});
  const auto normal = [&random] {
    const double radius = std::sqrt(-2.0 * std::log(1.0 - random.uniform()));
    return radius * std::cos(2.0 * std::numbers::pi * random.uniform());
  };
  const auto fill = [&](std::vector<double>& data, int64_t count, double scale) {
    for (int64_t i = 0; i < count * tokens * inputs.head_size; ++i) {
      // Through single precision, so that the engine gets exactly the same numbers.
      data.push_back(static_cast<double>(static_cast<float>(scale * normal())));
    }
  };
  fill(inputs.queries, heads, spread);
  fill(inputs.keys, kv_heads, 1.0);
  fill(inputs.values, kv_heads, 1.0);
  return inputs;
}

NaiveInputs NaiveInputs::integers(int64_t heads, int64_t kv_heads, int64_t tokens, uint64_t seed,
                                  int64_t largest) {
  NaiveInputs inputs = {.heads = heads, .kv_heads = kv_heads, .head_size = 16, .tokens = tokens};
  Random random({seed});
  const auto fill = [&](std::vector<double>& data, int64_t count) {
    for (int64_t i = 0; i < count * tokens * inputs.head_size; ++i) {
      data.push_back(std::floor(random.uniform() * static_cast<double>(2 * largest + 1)) -
                     static_cast<double>(largest));
    }
  };
  fill(inputs.queries, heads);
  fill(inputs.keys, kv_heads);
  fill(inputs.values, kv_heads);
  return inputs;
}

NaiveResult naive_scan(const NaiveInputs& inputs, const PolicySetup& setup, SampleSeed seed,
                       int64_t layer) {
  const bool by_head = setup.bounded() && setup.common.scope == Scope::kKvHead;
  const int64_t sets = by_head ? inputs.kv_heads : 1;
  NaiveResult result;
  result.attended.resize(static_cast<size_t>(inputs.tokens * inputs.heads * inputs.head_size), 0.0);
  std::vector<NaiveSet> all;
  for (int64_t set = 0; set < sets; ++set) {
    const Heads heads = {set * inputs.heads / sets, (set + 1) * inputs.heads / sets,
                         set * inputs.kv_heads / sets, (set + 1) * inputs.kv_heads / sets};
    all.emplace_back(
        inputs, setup, heads,
        Random({seed.seed, seed.sample, static_cast<uint64_t>(layer), static_cast<uint64_t>(set)}));
  }
  result.kept.resize(all.size());
  for (int64_t t = 0; t < inputs.tokens; ++t) {
    for (NaiveSet& set : all) {
      set.attend(t, result.attended);
    }
    if (setup.bounded()) {
      decide_and_give_up(setup, all, t, layer);
    }
    for (size_t set = 0; set < all.size(); ++set) {
      result.kept[set].push_back(all[set].kept());
    }
  }
  return result;
}

}  // namespace multistate::test
