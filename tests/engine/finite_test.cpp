#include "multistate/engine/finite.h"

#include <cmath>
#include <limits>

#include <ATen/ops/randn.h>
#include <fmt/format.h>

#include "multistate/checkpoint/model_file.h"
#include "multistate/engine/generator.h"
#include "multistate/engine/shared_prefix.h"

#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/torch.h"

namespace multistate::test::finite_test {
namespace {

std::shared_ptr<const Transformer> spoiled(const std::string& tensor, int64_t place, float value) {
  const TemporaryFolder folder;
  write_spoiled_gguf(TinyModel{}, tensor, place, value, folder / "model.gguf");
  return Transformer::load(*ModelFile::open(folder / "model.gguf"), at::kFloat);
}

/// Token 7 stands at position 20 only.
std::vector<int64_t> some_ids() {
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < 40; ++i) {
    ids.push_back(i == 20 ? 7 : 100 + i);
  }
  return ids;
}

template <class Action>
std::string failure(const Action& action) {
  try {
    action();
  } catch (const NonFiniteError& error) {
    return fmt::format("{}: {}", error.sample(), error.what());
  }
  return "no error";
}

std::vector<PolicySetup> policies() {
  std::vector<PolicySetup> all = {keep_all_setup()};
  for (const char* name : {"window", "tova", "keydiff"}) {
    all.push_back(set_up_policy(name, 8));
  }
  all.push_back(set_up_policy("tova", 8, "{prompt: one_shot}"));
  return all;
}

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

}  // namespace

TEST_CASE("the first row that is not finite is found, whatever type and layout") {
  for (const at::ScalarType type : {at::kFloat, at::kDouble, at::kHalf}) {
    auto rows = at::randn({6, 3, 4}).to(type);
    CHECK(!first_non_finite(rows));
    rows[5][0][0] = kNaN;
    rows[2][2][3] = -kInfinity;
    CHECK(first_non_finite(rows) == 2);
    CHECK(first_non_finite(rows.transpose(0, 2)) == 0);
    CHECK(!first_non_finite(rows.narrow(0, 0, 2)));
  }
}

TEST_CASE("a weight that is not finite stops evaluation and generation, and its layer is named") {
  const auto ids = some_ids();
  const std::string first = "3: the numbers of the token at position 0 are not finite from ";
  for (const int64_t layer : {0, 1}) {
    for (const char* name : {"attn_norm", "attn_q", "attn_k", "attn_v", "attn_output", "ffn_norm",
                             "ffn_gate", "ffn_up", "ffn_down"}) {
      for (const float value : {kNaN, -kInfinity}) {
        const auto model = spoiled(fmt::format("blk.{}.{}.weight", layer, name), 3, value);
        const std::string expected = first + fmt::format("layer {} (counted from 0) on", layer);
        for (const PolicySetup& setup : policies()) {
          CAPTURE(layer, name, value, setup.options.dump());
          CHECK_THAT(failure([&] {
                       Evaluator(*model, setup).evaluate(ids, {.seed = 0, .sample = 3}, 20);
                     }),
                     ContainsSubstring(expected));
          const std::vector<GenerationRequest> requests = {{.context = nullptr,
                                                            .prompt = ids,
                                                            .max_tokens = 5,
                                                            .seed = {.seed = 0, .sample = 3}}};
          CHECK_THAT(
              failure([&] {
                Generator(*model, setup, {}).run(requests, [](size_t, int64_t) { return true; });
              }),
              ContainsSubstring(expected));
        }
      }
    }
  }
}

TEST_CASE("an embedding, the final norm and a prefix that others share are looked at as well") {
  const auto ids = some_ids();
  const SampleSeed seed = {.seed = 0, .sample = 5};
  // The row of token 7; hidden states have 32 elements.
  const auto embedding = spoiled("token_embd.weight", 7 * 32 + 1, kNaN);
  CHECK_THAT(failure([&] { Evaluator(*embedding, keep_all_setup()).evaluate(ids, seed); }),
             ContainsSubstring(
                 "5: the numbers of the token at position 20 are not finite from the embedding"));
  SharedPrefix prefix(30);
  const auto setup = set_up_policy("tova", 35);
  CHECK_THAT(failure([&] { Evaluator(*embedding, setup).evaluate(ids, seed, 0, &prefix); }),
             ContainsSubstring(
                 "5: the numbers of the token at position 20 are not finite from the embedding"));
  // The output head is the embedding: without token 7 in the text its logit is the first to go.
  const std::string logits = "5: the logits of the token at position ";
  const std::vector<int64_t> others(ids.begin(), ids.begin() + 20);
  CHECK_THAT(failure([&] { Evaluator(*embedding, keep_all_setup()).evaluate(others, seed); }),
             ContainsSubstring(logits + "0 are not finite"));
  const std::vector<GenerationRequest> requests = {
      {.context = nullptr, .prompt = others, .max_tokens = 5, .seed = seed}};
  CHECK_THAT(failure([&] {
               Generator(*embedding, setup, {}).run(requests, [](size_t, int64_t) { return true; });
             }),
             ContainsSubstring(logits + "19 are not finite"));
  const auto norm = spoiled("output_norm.weight", 0, kInfinity);
  CHECK_THAT(failure([&] { Evaluator(*norm, keep_all_setup()).evaluate(ids, seed); }),
             ContainsSubstring(logits + "0 are not finite"));
}

TEST_CASE("while samples are decoded together the one that is not finite is named") {
  const auto model = spoiled("token_embd.weight", 7 * 32, kNaN);
  const auto setup = set_up_policy("tova", 8);
  const Evaluator evaluator(*model, setup);
  const auto ids = some_ids();
  std::vector<SampleState> states;
  PhaseSeconds seconds;
  for (uint64_t sample = 0; sample < 3; ++sample) {
    states.push_back(evaluator.start({.seed = 0, .sample = 10 + sample}, {.tokens = 30}));
    evaluator.prefill(std::span(ids).first(5 + sample), states.back(), seconds);
  }
  std::vector<SampleState*> all = {&states[0], &states[1], &states[2]};
  evaluator.advance_each(std::vector<int64_t>{1, 2, 3}, all, seconds);
  CHECK_THAT(failure([&] {
               evaluator.advance_each(std::vector<int64_t>{1, 7, 3}, all, seconds);
             }),
             ContainsSubstring(
                 "11: the numbers of the token at position 7 are not finite from the embedding"));
}

TEST_CASE("the first score that is not finite names its token") {
  const std::vector<double> scores = {1.0, -2.0, static_cast<double>(kNaN),
                                      static_cast<double>(kInfinity)};
  CHECK_THAT(failure([&] { check_scores(scores, {.sample = 2, .token = 7}); }),
             ContainsSubstring("2: the logits of the token at position 9 are not finite"));
  CHECK(failure([&] { check_scores(std::span(scores).first(2), {.sample = 2, .token = 7}); }) ==
        "no error");
}

}  // namespace multistate::test::finite_test
