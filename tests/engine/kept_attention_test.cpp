#include "multistate/engine/kept_attention.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <stdexcept>
#include <vector>

#include <ATen/ops/empty.h>

#include "multistate/conformance/cases.h"

#include "support/spread_cases.h"
#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test::kept_attention_test {
namespace {

constexpr int64_t kTokens = 40;
constexpr int64_t kPrompt = 12;

std::vector<int64_t> ids() {
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < kTokens; ++i) {
    ids.push_back((i * i * 7 + 3 * i) % 256);
  }
  return ids;
}

double dot(const float* a, const float* b, int64_t size) {
  double sum = 0.0;
  for (int64_t i = 0; i < size; ++i) {
    sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  }
  return sum;
}

/// Of every layer.
const AttentionSpec& attention_of(const Transformer& model) {
  return model.spec().layers.front().attention;
}

/// The full model's attention in plain loops: weights[layer][head][query][row].
class NaiveAttention {
 public:
  explicit NaiveAttention(const Transformer& model) : heads_(attention_of(model).heads) {
    std::vector<int64_t> positions;
    for (int64_t t = 0; t < kTokens; ++t) {
      positions.push_back(t);
    }
    auto hidden = model.embed(ids());
    const auto table = model.rotary_tables(positions, kTokens);
    for (int64_t layer = 0; layer < model.spec().layer_count(); ++layer) {
      model.finish(layer, hidden, attend(model.project(layer, hidden, table)));
    }
  }

  /// Of the queries of some heads of a layer the weight on the rows that the trace says they saw;
  /// averaged over heads and queries.
  double kept(int64_t layer, int64_t first_head, int64_t heads, const RowTrace& trace) const {
    double sum = 0.0;
    for (int64_t t = 0; t < kTokens; ++t) {
      auto seen = t == 0 ? std::vector<int64_t>() : trace.kept_after(t - 1);
      seen.push_back(t);
      for (int64_t head = first_head; head < first_head + heads; ++head) {
        for (const int64_t row : seen) {
          sum += weights_[static_cast<size_t>(layer * heads_ + head)][static_cast<size_t>(t)]
                         [static_cast<size_t>(row)];
        }
      }
    }
    return sum / static_cast<double>(kTokens * heads);
  }

 private:
  at::Tensor attend(const Qkv& qkv) {
    const int64_t size = qkv.keys.size(2);
    const int64_t group = qkv.queries.size(0) / qkv.keys.size(0);
    const auto queries = qkv.queries.contiguous();
    const auto keys = qkv.keys.contiguous();
    const auto values = qkv.values.contiguous();
    auto out = at::empty({kTokens, heads_ * size}, at::kFloat);
    for (int64_t head = 0; head < heads_; ++head) {
      auto& weights = weights_.emplace_back();
      for (int64_t t = 0; t < kTokens; ++t) {
        auto& row_weights = weights.emplace_back();
        double total = 0.0;
        for (int64_t row = 0; row <= t; ++row) {
          const double logit =
              dot(queries.data_ptr<float>() + (head * kTokens + t) * size,
                  keys.data_ptr<float>() + (head / group * kTokens + row) * size, size) /
              std::sqrt(static_cast<double>(size));
          row_weights.push_back(std::exp(logit));
          total += row_weights.back();
        }
        for (double& weight : row_weights) {
          weight /= total;
        }
        for (int64_t i = 0; i < size; ++i) {
          double sum = 0.0;
          for (int64_t row = 0; row <= t; ++row) {
            const float value = values.data_ptr<float>()[(head / group * kTokens + row) * size + i];
            sum += row_weights[static_cast<size_t>(row)] * static_cast<double>(value);
          }
          out.data_ptr<float>()[t * heads_ * size + head * size + i] = static_cast<float>(sum);
        }
      }
    }
    return out;
  }

  int64_t heads_;
  std::vector<std::vector<std::vector<double>>> weights_;  ///< By layer * heads + head.
};

/// The state after a sample.
SampleState state_after(const Transformer& model, const PolicySetup& setup) {
  const Evaluator evaluator(model, setup);
  auto state = evaluator.start({.seed = 1}, {.tokens = kTokens, .prompt = kPrompt});
  Predictions predictions;
  PhaseSeconds seconds;
  evaluator.run(ids(), kTokens, state, predictions, seconds);
  return state;
}

class Fixture {
 public:
  Fixture() : naive_(*model_) {
    const FullAttentionScan scan(full_);
    const Evaluator evaluator(*model_, keep_all_setup(), &scan);
    auto state = evaluator.start({}, {.tokens = kTokens});
    PhaseSeconds seconds;
    evaluator.advance(ids(), state, seconds);
  }

  /// Checks every layer; the largest share that a layer lost.
  double check(const PolicySetup& setup) const {
    const auto state = state_after(*model_, setup);
    const auto kept = full_.kept_by_layer(state);
    REQUIRE(kept.size() == state.layers.size());
    double most_lost = 0.0;
    for (size_t layer = 0; layer < kept.size(); ++layer) {
      const auto& sets = state.layers[layer].sets();
      const auto heads = attention_of(*model_).heads / static_cast<int64_t>(sets.size());
      double expected = 0.0;
      for (size_t set = 0; set < sets.size(); ++set) {
        expected += naive_.kept(static_cast<int64_t>(layer), static_cast<int64_t>(set) * heads,
                                heads, sets[set].trace) /
                    static_cast<double>(sets.size());
      }
      CHECK(std::abs(kept[layer] - expected) < 1e-4);
      most_lost = std::max(most_lost, 1.0 - kept[layer]);
    }
    return most_lost;
  }

 private:
  std::shared_ptr<const Transformer> model_ = tiny_transformer();
  NaiveAttention naive_;
  FullAttention full_{model_->spec().layer_count(), attention_of(*model_).kv_heads, kTokens};
};

}  // namespace

TEST_CASE("kept attention equals that of plain loops over queries and rows, for every policy") {
  const Fixture fixture;
  for (const PolicyCase& policy : all_policy_cases(5)) {
    INFO(policy.name);
    const double lost = fixture.check(policy.setup);
    CHECK((lost > 0.0) == policy.setup.bounded());
  }
  fixture.check(set_up_policy("pyramidkv", 10, "{window: 4, recent: 4}"));
  fixture.check(set_up_policy("snapkv", 8, "{prompt: one_shot, window: 4, recent: 4}"));
}

TEST_CASE("the full cache keeps all attention, to the last bit") {
  CHECK(Fixture().check(set_up_policy("full", 0)) == 0.0);
  CHECK(Fixture().check(set_up_policy("tova", kTokens)) == 0.0);
}

TEST_CASE("lost attention, worked by hand") {
  // Three tokens; row 0 goes after step 1, row 1 after step 2, the last: token 2 misses row 0 only.
  RowTrace trace;
  trace.record_birth();
  trace.record_birth();
  trace.record_eviction(0, 1);
  trace.record_birth();
  trace.record_eviction(1, 2);
  // Weights: (1), (0.5, 0.5), (0.25, 0.25, 0.5); received[t][i] is the sum over later tokens.
  const auto received = at::empty({3, 3}, at::kFloat);
  const std::array<float, 9> values = {0.75F, 0.0F, 0.0F, 0.25F, 0.25F, 0.0F, 0.0F, 0.0F, 0.0F};
  std::copy(values.begin(), values.end(), received.data_ptr<float>());
  CHECK(lost_attention(received, trace) == 0.25);
}

TEST_CASE("attention takes two bytes a pair of query and row, and fits one sample only") {
  CHECK(FullAttention::bytes(30, 3, 1024) == 30 * 3 * 1024 * 1025);
  const auto model = tiny_transformer();
  const FullAttention other(2, 2, kTokens + 1);
  CHECK_THROWS_AS(other.kept_by_layer(state_after(*model, set_up_policy("window", 5))),
                  std::invalid_argument);
}

}  // namespace multistate::test::kept_attention_test
