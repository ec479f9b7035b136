#include "multistate/engine/generator.h"

#include <algorithm>

#include "support/spread_cases.h"
#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test::generator_test {
namespace {

std::vector<GenerationRequest> requests() {
  std::vector<GenerationRequest> all;
  for (uint64_t sample = 0; sample < 5; ++sample) {
    std::vector<int64_t> prompt;
    for (uint64_t i = 0; i < 3 + 7 * sample; ++i) {
      prompt.push_back(static_cast<int64_t>((i * i * 31 + 17 * sample) % 256));
    }
    // Different lengths, so that samples end at different times and others take their place.
    all.push_back({.context = nullptr,
                   .prompt = prompt,
                   .max_tokens = static_cast<int64_t>(4 + 5 * ((sample * 3) % 5)),
                   // Not any seed: a draw on the border of two tokens goes by rounding.
                   .seed = {.seed = 7, .sample = sample}});
  }
  return all;
}

std::vector<Generation> generate(const Transformer& model, const PolicySetup& setup,
                                 const GenerationOptions& options,
                                 std::span<const GenerationRequest> asked) {
  return Generator(model, setup, options).run(asked, [](size_t /*request*/, int64_t /*id*/) {
    return true;
  });
}

/// The same by the slow way: for every token all of the text anew, from an empty state.
std::vector<int64_t> generate_slowly(const Transformer& model, const PolicySetup& setup,
                                     const GenerationRequest& request) {
  const Evaluator evaluator(model, setup);
  auto ids = request.prompt;
  std::vector<int64_t> made;
  while (static_cast<int64_t>(made.size()) < request.max_tokens) {
    SampleState state =
        evaluator.start(request.seed, {.tokens = static_cast<int64_t>(ids.size()),
                                       .prompt = static_cast<int64_t>(request.prompt.size())});
    PhaseSeconds seconds;
    const auto hidden = evaluator.prefill(ids, state, seconds);
    const auto logits = all_logits(model, hidden);
    const float* row = logits.data_ptr<float>();
    made.push_back(std::max_element(row, row + logits.numel()) - row);
    ids.push_back(made.back());
  }
  return made;
}

}  // namespace

TEST_CASE("samples that share a context go on as if each had read it, and leave it as it was") {
  const auto model = tiny_transformer();
  for (const int64_t k : {6, 200}) {
    for (const PolicyCase& policy : spread_policy_cases(k)) {
      if (policy.setup.needs.future) {
        continue;  // It cannot generate.
      }
      INFO(policy.name << ", k " << k);
      const auto whole = requests().back();
      const Evaluator evaluator(*model, policy.setup);
      SampleState context = evaluator.start(
          whole.seed, {.tokens = 64, .prompt = static_cast<int64_t>(whole.prompt.size())});
      const size_t shared = 20;
      PhaseSeconds seconds;
      evaluator.prefill(std::span(whole.prompt).first(shared), context, seconds);
      GenerationRequest rest = whole;
      rest.context = &context;
      rest.prompt.erase(rest.prompt.begin(), rest.prompt.begin() + shared);
      GenerationOptions options;
      options.batch = 2;
      const auto expected = generate(*model, policy.setup, options, {{whole}});
      const auto found = generate(*model, policy.setup, options, {{rest, rest, rest}});
      for (const Generation& one : found) {
        CHECK(one.ids == expected.front().ids);
        CHECK(one.state.evictions == expected.front().state.evictions);
      }
      CHECK(context.tokens == static_cast<int64_t>(shared));
    }
  }
}

TEST_CASE("a sample of a batch is what it is alone, whatever the policy") {
  const auto model = tiny_transformer();
  const auto asked = requests();
  for (const int64_t k : {6, 200}) {
    for (const PolicyCase& policy : spread_policy_cases(k)) {
      if (policy.setup.needs.future) {
        continue;
      }
      for (const double temperature : {0.0, 0.9}) {
        // A state that never fills knows no difference between kinds of protection and decoding.
        if (k == 200 && (policy.setup.common.sinks > 0 || temperature == 0.0)) {
          continue;
        }
        // Left to itself the model repeats a token: keys of one norm and direction, and products of
        // another shape decide by their rounding which of them goes.
        if (policy.setup.needs.keys && temperature == 0.0) {
          continue;
        }
        INFO(policy.name << ", temperature " << temperature);
        GenerationOptions options;
        options.sampling.temperature = temperature;
        const auto alone = generate(*model, policy.setup, options, asked);
        options.batch = 3;
        const auto together = generate(*model, policy.setup, options, asked);
        for (size_t i = 0; i < asked.size(); ++i) {
          CHECK(together[i].ids == alone[i].ids);
          CHECK(static_cast<int64_t>(together[i].ids.size()) == asked[i].max_tokens);
          CHECK(together[i].reason == EndReason::kLength);
          CHECK(together[i].state.evictions == alone[i].state.evictions);
          CHECK(together[i].state.peak_rows == alone[i].state.peak_rows);
          const PolicySetup& setup = policy.setup;
          const bool is_stepwise =
              setup.common.prompt == Prompt::kStepwise && !setup.keeps_after_prompt();
          // Sets may hold more where they share rows out.
          const bool shares = setup.faces.pooled != nullptr || setup.faces.measured != nullptr;
          if (setup.bounded() && !shares && is_stepwise) {
            CHECK(together[i].state.peak_rows <= policy.setup.capacity());
          }
        }
      }
    }
  }
}

TEST_CASE("decoding equals running the whole text anew for every token") {
  const auto model = tiny_transformer();
  const auto asked = requests();
  for (const PolicyCase& policy : spread_policy_cases(6)) {
    // Equal tokens have equal keys in the first layer: what is decided by keys alone then ties, and
    // falls by the rounding of products of different sizes.
    if (policy.setup.needs.future || policy.setup.needs.keys) {
      continue;
    }
    INFO(policy.name);
    const auto results =
        generate(*model, policy.setup, {.sampling = {}, .batch = 2, .stop_ids = {}},
                 std::span(asked).subspan(1, 2));
    for (size_t i = 0; i < results.size(); ++i) {
      CHECK(results[i].ids == generate_slowly(*model, policy.setup, asked[i + 1]));
    }
  }
}

TEST_CASE("a sample ends before a stop id, or when the sink wants no more") {
  const auto model = tiny_transformer();
  const auto setup = set_up_policy("tova", 6);
  const auto asked = requests();
  const auto whole = generate(*model, setup, {}, asked);
  const auto& ids = whole[1].ids;
  const int64_t stop = ids[3];
  const auto first = std::find(ids.begin(), ids.end(), stop) - ids.begin();

  const GenerationOptions stopping = {.sampling = {}, .batch = 1, .stop_ids = {stop}};
  const auto stopped = generate(*model, setup, stopping, std::span(asked).subspan(1, 1));
  CHECK(stopped[0].reason == EndReason::kStopId);
  CHECK(stopped[0].ids == std::vector<int64_t>(ids.begin(), ids.begin() + first));

  int64_t seen = 0;
  const auto refused = Generator(*model, setup, {})
                           .run(std::span(asked).subspan(1, 1),
                                [&](size_t /*request*/, int64_t /*id*/) { return ++seen < 2; });
  CHECK(refused[0].reason == EndReason::kRefused);
  CHECK(refused[0].ids == std::vector<int64_t>(ids.begin(), ids.begin() + 2));
}

TEST_CASE("samples draw from streams of their own") {
  const auto model = tiny_transformer();
  const auto setup = set_up_policy("full", 0);
  auto asked = requests();
  asked[1] = asked[0];
  asked[1].seed.sample = 77;
  GenerationOptions options;
  options.sampling.temperature = 1.0;
  const auto results = generate(*model, setup, options, asked);
  CHECK(results[0].ids != results[1].ids);
  CHECK(generate(*model, setup, options, asked)[1].ids == results[1].ids);
}

TEST_CASE("a policy that sees the future cannot generate") {
  const auto model = tiny_transformer();
  const auto setup = set_up_policy("oracle", 6);
  CHECK_THROWS_WITH(Generator(*model, setup, {}),
                    ContainsSubstring("policy oracle sees the future of a sample"));
}

}  // namespace multistate::test::generator_test
