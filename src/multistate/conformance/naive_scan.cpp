#include "multistate/conformance/naive_scan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace multistate {
namespace {

struct Row {
  int64_t position = 0;
  std::vector<float> memory;
};

/// One row set: query heads [first_head, end_head), key/value heads [first_kv, end_kv).
struct Heads {
  int64_t first_head = 0;
  int64_t end_head = 0;
  int64_t first_kv = 0;
  int64_t end_kv = 0;
};

class NaiveSet {
 public:
  NaiveSet(const NaiveInputs& inputs, const PolicySetup& setup, const Heads& heads, Random random)
      : inputs_(inputs), setup_(setup), heads_(heads), random_(random) {}

  std::vector<int64_t> step(int64_t t, int64_t layer, std::vector<double>& attended) {
    rows_.push_back({t, std::vector<float>(static_cast<size_t>(setup_.needs.memory), 0.0F)});
    std::vector<std::vector<double>> weights;
    for (int64_t head = heads_.first_head; head < heads_.end_head; ++head) {
      weights.push_back(attend(head, t, attended));
    }
    if (setup_.bounded()) {
      evict(t, layer, weights);
    }
    std::vector<int64_t> kept;
    for (const Row& row : rows_) {
      kept.push_back(row.position);
    }
    return kept;
  }

 private:
  const double* vector(const std::vector<double>& data, int64_t head, int64_t t) const {
    return data.data() + (head * inputs_.tokens + t) * inputs_.head_size;
  }

  std::vector<double> attend(int64_t head, int64_t t, std::vector<double>& attended) const {
    const int64_t size = inputs_.head_size;
    const int64_t kv_head = head / (inputs_.heads / inputs_.kv_heads);
    std::vector<double> weights;
    double total = 0.0;
    for (const Row& row : rows_) {
      double logit = 0.0;
      for (int64_t i = 0; i < size; ++i) {
        logit +=
            vector(inputs_.queries, head, t)[i] * vector(inputs_.keys, kv_head, row.position)[i];
      }
      weights.push_back(std::exp(logit / std::sqrt(static_cast<double>(size))));
      total += weights.back();
    }
    double* out = attended.data() + (t * inputs_.heads + head) * size;
    for (size_t row = 0; row < rows_.size(); ++row) {
      weights[row] /= total;
      for (int64_t i = 0; i < size; ++i) {
        out[i] += weights[row] * vector(inputs_.values, kv_head, rows_[row].position)[i];
      }
    }
    return weights;
  }

  /// [head][row][D] in single precision.
  std::vector<float> gather(const std::vector<double>& data) const {
    std::vector<float> out;
    for (int64_t head = heads_.first_kv; head < heads_.end_kv; ++head) {
      for (const Row& row : rows_) {
        const double* source = vector(data, head, row.position);
        out.insert(out.end(), source, source + inputs_.head_size);
      }
    }
    return out;
  }

  void evict(int64_t t, int64_t layer, const std::vector<std::vector<double>>& weights) {
    const auto count = static_cast<int64_t>(rows_.size());
    std::vector<float> attention;
    for (const auto& head : weights) {
      attention.insert(attention.end(), head.begin(), head.end());
    }
    std::vector<float> query;
    for (int64_t head = heads_.first_head; head < heads_.end_head; ++head) {
      const double* source = vector(inputs_.queries, head, t);
      query.insert(query.end(), source, source + inputs_.head_size);
    }
    const auto keys = gather(inputs_.keys);
    const auto values = gather(inputs_.values);
    std::vector<int64_t> positions;
    std::vector<float> memory(static_cast<size_t>(setup_.needs.memory * count));
    for (int64_t row = 0; row < count; ++row) {
      positions.push_back(rows_[static_cast<size_t>(row)].position);
      for (int64_t field = 0; field < setup_.needs.memory; ++field) {
        memory[static_cast<size_t>(field * count + row)] =
            rows_[static_cast<size_t>(row)].memory[static_cast<size_t>(field)];
      }
    }
    const std::vector<uint8_t> live(static_cast<size_t>(count), 1);

    StepData data;
    data.step = t;
    data.layer = layer;
    data.state_size = setup_.state_size;
    data.capacity = setup_.state_size + setup_.common.every - 1;
    data.live_rows = count;
    data.heads = heads_.end_head - heads_.first_head;
    data.kv_heads = heads_.end_kv - heads_.first_kv;
    data.head_size = inputs_.head_size;
    data.positions = positions;
    data.live = live;
    data.first_candidate = std::min(setup_.common.sinks, count);
    data.end_candidates =
        std::max(data.first_candidate, count - setup_.common.recent.rows(setup_.state_size));
    data.attention = {attention.data(), count, 0};
    data.query = {query.data(), inputs_.head_size, 0};
    data.keys = {keys.data(), count * inputs_.head_size, inputs_.head_size};
    data.values = {values.data(), count * inputs_.head_size, inputs_.head_size};
    data.memory = memory.data();
    data.memory_stride = count;
    data.random = &random_;

    // What a policy does not write itself it must not read.
    std::vector<float> scratch(static_cast<size_t>(count), std::numeric_limits<float>::quiet_NaN());
    Evictions evictions;
    setup_.policy->evict(StepView(data, setup_.needs), scratch, evictions);
    keep_all_but(evictions, memory);
  }

  void keep_all_but(const Evictions& evictions, const std::vector<float>& memory) {
    const auto count = static_cast<int64_t>(rows_.size());
    std::vector<Row> left;
    for (int64_t row = 0; row < count; ++row) {
      for (int64_t field = 0; field < setup_.needs.memory; ++field) {
        rows_[static_cast<size_t>(row)].memory[static_cast<size_t>(field)] =
            memory[static_cast<size_t>(field * count + row)];
      }
      const auto gone = evictions.rows();
      if (std::find(gone.begin(), gone.end(), row) == gone.end()) {
        left.push_back(rows_[static_cast<size_t>(row)]);
      }
    }
    rows_ = left;
  }

  const NaiveInputs& inputs_;
  const PolicySetup& setup_;
  Heads heads_;
  Random random_;
  std::vector<Row> rows_;
};

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
  for (int64_t set = 0; set < sets; ++set) {
    const Heads heads = {set * inputs.heads / sets, (set + 1) * inputs.heads / sets,
                         set * inputs.kv_heads / sets, (set + 1) * inputs.kv_heads / sets};
    NaiveSet naive(
        inputs, setup, heads,
        Random({seed.seed, seed.sample, static_cast<uint64_t>(layer), static_cast<uint64_t>(set)}));
    result.kept.emplace_back();
    for (int64_t t = 0; t < inputs.tokens; ++t) {
      result.kept.back().push_back(naive.step(t, layer, result.attended));
    }
  }
  return result;
}

}  // namespace multistate
