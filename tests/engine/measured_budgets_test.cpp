// Layers that are measured at the end of a prompt before one is cut.

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

#include <fmt/format.h>

#include "multistate/conformance/cases.h"
#include "multistate/conformance/differences.h"
#include "multistate/engine/evaluator.h"
#include "multistate/engine/layer_shares.h"

#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test::measured_budgets_test {
namespace {

constexpr int64_t kPrompt = 40;
constexpr int64_t kTokens = 52;
constexpr int64_t kState = 16;
constexpr int64_t kLazy = 4 + 6;

std::vector<int64_t> some_ids() {
  std::vector<int64_t> ids;
  for (int64_t token = 0; token < kTokens; ++token) {
    ids.push_back((token * token * 5 + 3 * token) % 97);
  }
  return ids;
}

PolicySetup lazy(double threshold, const char* base = "tova") {
  return set_up_policy(
      "simlayerkv", kState,
      fmt::format("{{base: {}, threshold: {}, newest: 6, sinks: 1}}", base, threshold));
}

/// Fates by layer of a text that is read in pieces of `piece` tokens.
std::vector<Fates> read(const Transformer& model, const PolicySetup& setup, int64_t piece,
                        const LayerScan* scan = nullptr) {
  const Evaluator evaluator(model, setup, scan);
  SampleState state = evaluator.start({}, {.tokens = kTokens, .prompt = kPrompt});
  PhaseSeconds seconds;
  const auto ids = some_ids();
  for (int64_t first = 0; first < kTokens; first += piece) {
    const int64_t count = std::min(piece, kTokens - first);
    evaluator.prefill(
        std::span(ids).subspan(static_cast<size_t>(first), static_cast<size_t>(count)), state,
        seconds);
  }
  std::vector<Fates> fates;
  for (const LayerState& layer : state.layers) {
    fates.push_back(fates_of(layer.sets()));
  }
  return fates;
}

/// Rows of the prompt that each layer keeps.
std::vector<int64_t> rows_left(const std::vector<Fates>& layers) {
  std::vector<int64_t> rows;
  for (const Fates& sets : layers) {
    rows.push_back(std::count(sets.front().begin(), sets.front().begin() + kPrompt,
                              int64_t{RowTrace::kAlive}));
  }
  return rows;
}

}  // namespace

TEST_CASE("layers keep what their measures give them, the more of them are lazy the more others") {
  const auto model = tiny_transformer({.layers = 5});
  std::set<int64_t> counts;
  int64_t before = 5;
  for (int step = 10; step < 45; ++step) {
    const double threshold = 0.02 * step;
    CAPTURE(threshold);
    const auto rows = rows_left(read(*model, lazy(threshold), kTokens));
    const int64_t few = std::count(rows.begin(), rows.end(), kLazy);
    CHECK(few <= before);
    before = few;
    counts.insert(few);
    const int64_t many = few == 0 || few == 5 ? kState : (5 * kState - few * kLazy) / (5 - few);
    CHECK(std::count(rows.begin(), rows.end(), std::min(many, kPrompt)) >= 5 - few);
  }
  CHECK(counts.size() > 2);
}

TEST_CASE("measured layers are the same in blocks, token by token and however the prompt comes") {
  const auto model = tiny_transformer({.layers = 5});
  for (const char* base : {"tova", "streaming", "h2o", "snapkv"}) {
    for (const double threshold : {0.45, 0.55}) {
      CAPTURE(base, threshold);
      const auto setup = lazy(threshold, base);
      const auto whole = read(*model, setup, kTokens);
      CHECK(read(*model, setup, kTokens, &token_scan()) == whole);
      CHECK(read(*model, setup, 7) == whole);
      CHECK(read(*model, setup, 1) == whole);
    }
  }
}

TEST_CASE("a prompt that fits is not measured, and its layers keep k rows") {
  const auto model = tiny_transformer({.layers = 5});
  const auto setup =
      set_up_policy("simlayerkv", kPrompt, "{base: tova, threshold: 0.5, newest: 6, sinks: 1}");
  const auto rows = rows_left(read(*model, setup, kTokens));
  CHECK(rows == std::vector<int64_t>(5, kPrompt));
}

TEST_CASE("what attention does to hidden states is that of a prompt, mean over its tokens") {
  const auto model = tiny_transformer({.layers = 3});
  const auto ids = some_ids();
  const auto prompt = std::span(ids).first(kPrompt);
  const auto setup = set_up_policy("squeeze_attention", kState);
  const Evaluator evaluator(*model, setup);
  SampleState state = evaluator.start({}, {.tokens = kTokens, .prompt = kPrompt});
  PhaseSeconds seconds;
  evaluator.prefill(prompt, state, seconds);
  evaluator.prefill(std::span(ids).subspan(kPrompt), state, seconds);  // Which changes nothing.
  // The same by the parts of the model, under full attention, as the prompt had it.
  const c10::InferenceMode inference;
  std::vector<int64_t> positions(kPrompt);
  std::iota(positions.begin(), positions.end(), 0);
  auto hidden = model->embed(prompt);
  for (int64_t layer = 0; layer < 3; ++layer) {
    LayerState full(model->spec(), keep_all_setup(), layer, {}, {.tokens = kPrompt}, at::kFloat);
    const auto attended = causal_scan().attend(
        model->project(layer, hidden, model->rotary_tables(positions, kPrompt)), full);
    const auto after = hidden.add(attended.matmul(model->output(layer)));
    double sum = 0.0;
    for (int64_t token = 0; token < kPrompt; ++token) {
      const auto one = hidden[token];
      const auto other = after[token];
      sum +=
          one.dot(other).item<double>() / one.norm().item<double>() / other.norm().item<double>();
    }
    CHECK(
        std::abs(static_cast<double>(state.layers[static_cast<size_t>(layer)].attention_change()) -
                 sum / kPrompt) < 1e-5);
    model->finish(layer, hidden, attended);
  }
}

TEST_CASE("budgets that a calibration says are there from the first token on") {
  const auto model = tiny_transformer({.layers = 3});
  auto setup = set_up_policy("headkv", kState, "{base: tova, beta: 1.5, recent: 2}");
  setup.calibration = some_calibration();
  const Evaluator evaluator(*model, setup);
  SampleState state = evaluator.start({}, {.tokens = kTokens});
  PhaseSeconds seconds;
  evaluator.prefill(some_ids(), state, seconds);
  std::set<int64_t> sizes;
  int64_t all = 0;
  int64_t sets = 0;
  for (const LayerState& layer : state.layers) {
    for (const LayerState::Set& set : layer.sets()) {
      sizes.insert(set.kept);
      all += set.kept;
      ++sets;
      CHECK(set.rows.rows() == std::min(set.kept, kTokens));
      CHECK(set.peak_rows == std::min(set.kept, kTokens));
    }
  }
  CHECK(sizes.size() > 2);
  CHECK(all <= sets * kState);
  CHECK(all > sets * (kState - 1));
}

TEST_CASE("more rows than there are cannot be shared out") {
  class TooMany final : public ScoringPolicy, public MeasuredBudgets {
   public:
    void score(const StepView& /*step*/, std::span<float> /*scores*/) const override {}
    void measure(std::span<const StepView> /*sets*/, std::span<float> measures) const override {
      std::fill(measures.begin(), measures.end(), 0.0F);
    }
    void share_out(std::span<const float> /*measures*/, int64_t k, int64_t /*guarded*/,
                   std::span<int64_t> rows) const override {
      std::fill(rows.begin(), rows.end(), k + 1);
    }
  };
  auto setup = set_up_policy("tova", 8, "{prompt: one_shot}");
  setup.use(std::make_shared<TooMany>());
  const std::vector<float> measures(3, 0.0F);
  CHECK_THROWS_WITH(shares_of(setup, measures, 3),
                    ContainsSubstring("sets get 27 rows where 3 sets of 8 are allowed"));
}

}  // namespace multistate::test::measured_budgets_test
