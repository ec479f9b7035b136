// Policies by layer: every layer as if its policy acted alone on what reaches it.

#include "multistate/policy/by_layer.h"

#include <fmt/format.h>

#include "multistate/conformance/differences.h"
#include "multistate/engine/evaluator.h"
#include "multistate/engine/expected_bytes.h"
#include "multistate/engine/generator.h"

#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test::by_layer_test {
namespace {

constexpr int64_t kTokens = 60;

PolicySetup by_layer(const std::string& yaml, int64_t state_size = 9) {
  return set_up_by_layer(parse_yaml(yaml, "test"), state_size);
}

std::vector<int64_t> some_ids() {
  std::vector<int64_t> ids;
  for (int64_t token = 0; token < kTokens; ++token) {
    ids.push_back((token * token + 11 * token) % 97);
  }
  return ids;
}

struct Run {
  std::vector<Fates> fates;  ///< By layer.
  std::vector<double> losses;
  StateUse use;
};

Run run(const Transformer& model, const PolicySetup& setup, const LayerScan* scan = nullptr) {
  const Evaluator evaluator(model, setup, scan);
  SampleState state = evaluator.start({.seed = 3}, {.tokens = kTokens});
  Predictions predictions;
  PhaseSeconds seconds;
  evaluator.run(some_ids(), kTokens, state, predictions, seconds);
  Run result;
  for (const LayerState& layer : state.layers) {
    result.fates.push_back(fates_of(layer.sets()));
  }
  result.losses = predictions.losses;
  result.use = use_of(state);
  return result;
}

}  // namespace

TEST_CASE("the same policy in every range is the policy") {
  const auto model = tiny_transformer({.layers = 3});
  for (const char* name : {"tova", "h2o", "random", "adakv", "expected_attention"}) {
    CAPTURE(name);
    const std::string options = fmt::format("{{name: {}, sinks: 1, recent: 2, every: 1}}", name);
    const auto one = run(*model, set_up_policy(name, 9, "{sinks: 1, recent: 2, every: 1}"));
    const auto ranges = run(*model, by_layer(fmt::format("{{0: {0}, 1-: {0}}}", options)));
    CHECK(ranges.fates == one.fates);
    CHECK(ranges.losses == one.losses);
    CHECK(ranges.use.peak_bytes == one.use.peak_bytes);
  }
}

TEST_CASE("a layer keeps the rows that its policy keeps of what the layers below leave") {
  const auto model = tiny_transformer({.layers = 3});
  const auto full = run(*model, set_up_policy("full", 0));
  const auto window = run(*model, set_up_policy("window", 9));
  const auto mixed = run(*model, by_layer("{0: window, 1: full, 2: {name: tova, scope: kv_head}}"));
  CHECK(mixed.fates[0] == window.fates[0]);
  CHECK(mixed.fates[1] == full.fates[1]);
  CHECK(mixed.fates[2].size() == 2);
  // Layers that keep everything change nothing of what a later one is given.
  const auto late = run(*model, by_layer("{0-1: full, 2-: window}"));
  CHECK(late.fates[0] == full.fates[0]);
  CHECK(late.fates[2] == window.fates[2]);
}

TEST_CASE("by layer, blocks equal tokens, and the bytes are those expected") {
  const auto model = tiny_transformer({.layers = 3});
  for (const char* ranges :
       {"{0: full, 1: {name: tova, positions: in_cache}, 2: h2o}", "{0: weightedkv, 1-: snapkv}",
        "{0: {name: pyramidkv, base: h2o, beta: 4, recent: 2}, 1-: {name: pyramidkv, base: h2o, "
        "beta: 4, recent: 2}}"}) {
    CAPTURE(ranges);
    const auto setup = by_layer(ranges, 40);
    const auto blocks = run(*model, setup);
    CHECK(blocks.fates == run(*model, setup, &token_scan()).fates);
    const int64_t expected =
        expected_peak_bytes(model->spec(), setup, {.tokens = kTokens}, at::kFloat);
    CHECK(blocks.use.peak_bytes == expected);
  }
}

TEST_CASE("layer budgets are shared out among the layers of a range") {
  const auto model = tiny_transformer({.layers = 4});
  const auto setup =
      by_layer("{0-1: full, 2-: {name: pyramidkv, base: h2o, least: 2, beta: 4, recent: 2}}", 12);
  const auto alone = set_up_policy("pyramidkv", 12, "{base: h2o, least: 2, beta: 4, recent: 2}");
  const Evaluator evaluator(*model, setup);
  const SampleState state = evaluator.start({}, {.tokens = kTokens});
  CHECK(state.layers[2].state_size() == alone.faces.budgets->layer_budget(0, 2, 12));
  CHECK(state.layers[3].state_size() == alone.faces.budgets->layer_budget(1, 2, 12));
  CHECK(state.layers[2].layer() == 2);
  CHECK(state.layers[2].layers() == 4);
}

TEST_CASE("by layer, samples decoded together are those decoded alone") {
  const auto model = tiny_transformer({.layers = 3});
  const auto setup = by_layer("{0: full, 1: {name: random, scope: kv_head}, 2: {name: h2o}}", 6);
  std::vector<GenerationRequest> requests(3);
  for (size_t i = 0; i < requests.size(); ++i) {
    requests[i].prompt = {5, static_cast<int64_t>(i), 7, 9, 2, 4, 8, 1};
    requests[i].max_tokens = 12;
    requests[i].seed = {.seed = 1, .sample = i};
  }
  const auto ids_of = [&](int64_t batch) {
    GenerationOptions options;
    options.batch = batch;
    std::vector<std::vector<int64_t>> ids;
    for (const Generation& made :
         Generator(*model, setup, options).run(requests, [](size_t, int64_t) { return true; })) {
      ids.push_back(made.ids);
    }
    return ids;
  };
  CHECK(ids_of(3) == ids_of(1));
}

}  // namespace multistate::test::by_layer_test
