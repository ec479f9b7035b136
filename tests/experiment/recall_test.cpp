// The sums of `recall` against the losses of the same tokens, picked by hand.

#include <cmath>

#include "support/catch.h"
#include "support/input_error.h"
#include "tiny_workload.h"

namespace multistate::test::recall_test {
namespace {

// Bytes are tokens where no merge applies, and none does here: a token a letter.
constexpr const char* kText = "zqv xj zqv wk zqx xj zqv ";

}  // namespace

TEST_CASE("recall scores the tokens that continue words, by the distance to where they stood") {
  const TinyWorkload tiny("recall", "context_length: 25", kText);
  REQUIRE(tiny.ids().size() == 25);
  for (const char* policy : {"full", "window"}) {
    CAPTURE(policy);
    const auto setup = set_up_policy(policy, 6);
    const auto values = tiny.run(setup).values;
    const auto predicted = Evaluator(tiny.model(), setup).evaluate(tiny.ids(), {});
    const auto loss = [&](size_t place) { return predicted.losses[place - 1]; };
    const auto hit = [&](size_t place) {
      return predicted.likeliest[place - 1] == tiny.ids()[place] ? 1 : 0;
    };
    // 0 zqv 4 xj 7 zqv 11 wk 14 zqx 18 xj 21 zqv: words, with the places of their first tokens.
    // Seen before: zqv at 7 (7 back) and at 21 (14 back, to the one at 7), xj at 18 (14 back).
    CHECK(values.at("recalled_tokens") == 5);
    CHECK(values.at("recalled_nll_sum").get<double>() ==
          approx(loss(8) + loss(9) + loss(19) + loss(22) + loss(23)));
    CHECK(values.at("recalled_hits") == hit(8) + hit(9) + hit(19) + hit(22) + hit(23));
    // New: zqv at 0, xj, wk, zqx.
    CHECK(values.at("new_tokens") == 6);
    CHECK(values.at("new_nll_sum").get<double>() ==
          approx(loss(1) + loss(2) + loss(5) + loss(12) + loss(15) + loss(16)));
    CHECK(values.at("all_tokens") == 24);
    // Distances 4 to 7 and 8 to 15.
    const auto& by_distance = values.at("nll_by_distance");
    REQUIRE(by_distance.size() == 4);
    CHECK(by_distance[2][0].get<double>() == approx(loss(8) + loss(9)));
    CHECK(by_distance[2][1] == 2);
    CHECK(by_distance[3][0].get<double>() == approx(loss(19) + loss(22) + loss(23)));
    CHECK(by_distance[3][1] == 3);
    CHECK(values.at("hits_by_distance")[3][0].get<double>() == approx(hit(19) + hit(22) + hit(23)));

    const auto summary = tiny.summary(setup);
    CHECK(summary.metrics.at("recall_nll").value ==
          approx(values.at("recalled_nll_sum").get<double>() / 5.0));
    CHECK(summary.metrics.at("recall_accuracy").higher_is_better);
    const auto& counts = summary.series.at("recalled_tokens_by_distance");
    REQUIRE(counts.size() == 2);
    CHECK(counts[0].at("first_place") == 4);
    CHECK(counts[0].at("value") == 2.0);
    CHECK(counts[1].at("value") == 3.0);
    CHECK(counts[1].at("axis") == "distance to the word's last occurrence (tokens)");
  }
}

TEST_CASE("recall finds words in the prompt again, and does not score those in it") {
  const TinyWorkload tiny("recall", "context_length: 25\nprompt_share: 0.4", kText);
  // Tokens 0 to 9 are the prompt: of the five only the last three count.
  const auto values = tiny.run(set_up_policy("full", 0)).values;
  CHECK(values.at("recalled_tokens") == 3);
  CHECK(values.at("new_tokens") == 3);
  CHECK(values.at("all_tokens") == 15);
}

TEST_CASE("BOS is no word") {
  const TinyWorkload tiny("recall", "context_length: 26\nadd_bos: true", kText);
  const auto values = tiny.run(set_up_policy("full", 0)).values;
  CHECK(values.at("recalled_tokens") == 5);
  CHECK(values.at("new_tokens") == 6);
  CHECK(values.at("all_tokens") == 25);
}

TEST_CASE("recall without a repeated word has no figure for it, not a wrong one") {
  const TinyWorkload tiny("recall", "context_length: 10", "zqv xj wk ");
  const auto summary = tiny.summary(set_up_policy("full", 0));
  CHECK(std::isnan(summary.metrics.at("recall_nll").value));
  CHECK(!std::isnan(summary.metrics.at("new_word_nll").value));
  CHECK(summary.series.at("recall_nll_by_distance").empty());
}

TEST_CASE("a prompt that leaves nothing to predict is refused") {
  CHECK_THAT(
      input_error([] {
        const TinyWorkload tiny("recall", "context_length: 10\nprompt_share: 1.0", kText);
      }),
      ContainsSubstring("experiment.prompt_share: 1 leaves no token of a chunk of 10 to predict"));
}

}  // namespace multistate::test::recall_test
