#include <cmath>
#include <thread>

#include "multistate/experiment/key_tokens.h"
#include "multistate/experiment/per_sample.h"

#include "support/catch.h"
#include "support/input_error.h"
#include "support/tiny_sweep.h"
#include "tiny_workload.h"

namespace multistate::test::long_perplexity_test {
namespace {

/// The full model's loss of the last of `ids`.
double last_loss(const Transformer& model, std::span<const int64_t> ids) {
  return Evaluator(model, keep_all_setup()).evaluate(ids, {}).losses.back();
}

}  // namespace

TEST_CASE("a key token gains enough from the long context, and is likely enough with it") {
  const KeyTokenRule rule;  // 2 and -2, as the paper has them.
  CHECK(Contrast{.long_loss = 1.0, .short_loss = 3.5}.is_key(rule));
  CHECK(!Contrast{.long_loss = 1.0, .short_loss = 3.0}.is_key(rule));
  CHECK(!Contrast{.long_loss = 2.0, .short_loss = 9.0}.is_key(rule));
  CHECK(!Contrast{.long_loss = 2.5, .short_loss = 9.0}.is_key(rule));
  CHECK(!Contrast{.long_loss = 3.0, .short_loss = 1.0}.is_key(rule));
  CHECK(!Contrast{.long_loss = std::nan(""), .short_loss = 9.0}.is_key(rule));
}

TEST_CASE("contexts of every token equal those cut one by one") {
  const TinyWorkload tiny("language_modeling", "context_length: 40", tiny_text(200));
  const auto ids = std::span(tiny.ids()).first(40);
  for (const int64_t stride : {1, 5, 64}) {
    for (const int64_t bos : {0, 1}) {
      CAPTURE(stride, bos);
      const KeyTokenRule rule = {.short_context = 12, .short_stride = stride};
      const auto contrasts = contrast_contexts(tiny.model(), ids, bos, rule);
      REQUIRE(contrasts.size() == 40);
      for (int64_t place = 0; place < 40; ++place) {
        CAPTURE(place);
        const auto& contrast = contrasts[static_cast<size_t>(place)];
        // Text begins behind BOS; 12 tokens of it have to come before.
        REQUIRE(contrast.has_value() == (place - bos >= 12));
        if (!contrast) {
          continue;
        }
        // 12 tokens, and one more for each token since the last one that had just 12.
        const int64_t context = 12 + (place - bos - 12) % stride;
        std::vector<int64_t> cut(ids.begin(), ids.begin() + bos);
        cut.insert(cut.end(), ids.begin() + place - context, ids.begin() + place + 1);
        CHECK(std::abs(contrast->short_loss - last_loss(tiny.model(), cut)) < 1e-4);
        CHECK(std::abs(contrast->long_loss -
                       last_loss(tiny.model(), ids.first(static_cast<size_t>(place) + 1))) < 1e-4);
      }
    }
  }
}

TEST_CASE("losses are told apart by what the full model says, for every policy") {
  const std::string options =
      "context_length: 60\nshort_context: 8\nshort_stride: 4\nlsd_threshold: 0.05\n"
      "lcl_threshold: -6.0";
  const TinyWorkload tiny("long_perplexity", options, tiny_text(400));
  REQUIRE(tiny.workload().samples() >= 2);
  const KeyTokenRule rule = {
      .short_context = 8, .short_stride = 4, .lsd_threshold = 0.05, .lcl_threshold = -6.0};
  const auto ids = std::span(tiny.ids()).subspan(60, 60);  // The second chunk.
  const auto contrasts = contrast_contexts(tiny.model(), ids, 0, rule);
  for (const char* policy : {"full", "window", "tova"}) {
    CAPTURE(policy);
    const auto setup = set_up_policy(policy, 5);
    const auto losses = Evaluator(tiny.model(), setup).evaluate(ids, {.sample = 1}).losses;
    double keys = 0.0;
    double others = 0.0;
    double gain = 0.0;
    double kept = 0.0;
    int64_t key_tokens = 0;
    for (size_t place = 8; place < 60; ++place) {
      const double with = contrasts[place]->long_loss;
      const double without = contrasts[place]->short_loss;
      const double loss = losses[place - 1];
      if (without - with > 0.05 && with < 6.0) {
        keys += loss;
        kept += without - loss;
        gain += without - with;
        ++key_tokens;
      } else {
        others += loss;
      }
    }
    REQUIRE(key_tokens > 2);
    REQUIRE(key_tokens < 50);
    const auto values = tiny.run(setup, 1).values;
    CHECK(values.at("key_tokens") == key_tokens);
    CHECK(values.at("other_tokens") == 52 - key_tokens);
    CHECK(values.at("key_nll_sum").get<double>() == approx(keys));
    CHECK(values.at("other_nll_sum").get<double>() == approx(others));
    CHECK(values.at("all_nll_sum").get<double>() == approx(keys + others));
    CHECK(values.at("gain_sum").get<double>() == approx(gain));
    CHECK(values.at("kept_sum").get<double>() == approx(kept));
  }
  const auto full = tiny.summary(set_up_policy("full", 0)).metrics;
  CHECK(full.at("gain_kept").value == approx(1.0));
  CHECK(full.at("long_perplexity").value == approx(std::exp(full.at("key_nll").value)));
}

TEST_CASE("a prompt's tokens are not judged") {
  const TinyWorkload tiny(
      "long_perplexity", "context_length: 40\nshort_context: 8\nprompt_share: 0.5", tiny_text(200));
  CHECK(tiny.run(set_up_policy("full", 0)).values.at("all_tokens") == 20);
}

TEST_CASE("a chunk without key tokens has no figure for them, not a wrong one") {
  const TinyWorkload tiny("long_perplexity",
                          "context_length: 40\nshort_context: 8\nlsd_threshold: 1000",
                          tiny_text(200));
  const auto metrics = tiny.summary(set_up_policy("full", 0)).metrics;
  CHECK(std::isnan(metrics.at("key_nll").value));
  CHECK(metrics.at("key_share").value == 0.0);
  CHECK(!std::isnan(metrics.at("other_nll").value));
}

TEST_CASE("a short context that is as long as the text is refused") {
  CHECK_THAT(input_error([] {
               const TinyWorkload tiny("long_perplexity", "context_length: 40\nshort_context: 40",
                                       tiny_text(200));
             }),
             ContainsSubstring("experiment.short_context: 40 leaves no token of a chunk with 40 "
                               "text tokens to judge"));
}

TEST_CASE("what is known of a sample is found out once, whoever asks") {
  PerSample<int> known(2);
  std::atomic<int> asked = 0;
  const auto find_out = [&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    return ++asked;
  };
  std::vector<std::thread> threads;
  std::array<int, 4> answers = {};
  for (size_t i = 0; i < answers.size(); ++i) {
    threads.emplace_back([&, i] { answers[i] = known.get(1, find_out); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(answers == std::array<int, 4>{1, 1, 1, 1});
  CHECK(asked == 1);
  CHECK_THROWS_AS(known.get(0, []() -> int { throw std::runtime_error("no"); }),
                  std::runtime_error);
  CHECK(known.get(0, [] { return 7; }) == 7);
}

}  // namespace multistate::test::long_perplexity_test
