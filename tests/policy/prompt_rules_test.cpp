// Policies that score a whole prompt at its end: prompts worked by hand, and what they refuse.

#include "multistate/base/error.h"

#include "support/catch.h"
#include "support/step_fixture.h"

namespace multistate::test::prompt_rules_test {
namespace {

const char* const kPublished = "prompt: one_shot, after_prompt: keep";

std::string refusal(const char* name, const std::string& options) {
  try {
    set_up_policy(name, 64, "{" + options + "}");
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("snapkv at a prompt's end: every head is smoothed before the mean is taken") {
  // Two queries see four older rows. Head 0 gives 0.4, 0, 0, 0.2 together, head 1 0, 0.6, 0, 0.
  HandMadeStep step = {
      .step = 5,
      .positions = {0, 1, 2, 3, 4, 5},
      .prompt_attention = {{{0.3F, 0, 0, 0.1F, 0.6F, 0}, {0.1F, 0, 0, 0.1F, 0.4F, 0.4F}},
                           {{0, 0.2F, 0, 0, 0.8F, 0}, {0, 0.4F, 0, 0, 0.3F, 0.3F}}}};
  // The largest of three neighbours: 0.4, 0.4, 0.2, 0.2 and 0.6, 0.6, 0.6, 0, in sum 1, 1, 0.8,
  // 0.2. Smoothed after the mean they would be 0.6, 0.6, 0.6, 0.2.
  const auto setup = set_up_policy(
      "snapkv", 4,
      std::string("{window: 2, kernel: 3, pooling: maximum, recent: 2, ") + kPublished + "}");
  CHECK(evicted(setup, step) == std::vector<int64_t>{3, 2});
}

TEST_CASE("finch: the question's queries, each times its position") {
  // Of four queries the last two are the question: 0.2 * 4 + 0.1 * 5 = 1.3 for row 0, then 0.4 * 4
  // = 1.6, 0.3 * 5 = 1.5 and 0.1 * 4 + 0.2 * 5 = 1.4.
  const auto step = [](int64_t question) {
    return HandMadeStep{.step = 5,
                        .positions = {0, 1, 2, 3, 4, 5},
                        .prompt_attention = {{{0.9F, 0, 0.1F, 0, 0, 0},
                                              {0.9F, 0, 0, 0.1F, 0, 0},
                                              {0.2F, 0.4F, 0, 0.1F, 0.3F, 0},
                                              {0.1F, 0, 0.3F, 0.2F, 0.2F, 0.2F}}},
                        .question = question};
  };
  const auto setup = set_up_policy("finch", 5, "{window: 4}");
  auto asked = step(2);
  CHECK(evicted(setup, asked) == std::vector<int64_t>{0});
  // Without a question all four count, and their rows stay: 0.9 * 2 + ... for row 0, 0.4 * 4 for
  // row 1.
  auto unknown = step(0);
  CHECK(evicted(setup, unknown) == std::vector<int64_t>{1});
}

TEST_CASE("kvzip: the rows with the largest scores of all sets stay, wherever they are") {
  const auto setup = set_up_policy("kvzip", 2, "{sinks: 0}");
  const auto shares = [&](const std::vector<float>& measures) {
    std::vector<int64_t> rows(measures.size() / 4);
    setup.faces.measured->share_out(measures, 2, 0, rows);
    return rows;
  };
  // Two sets of four rows, of which four stay: 2, 2, 0.9 and 0.8; of rows that tie, those that come
  // first.
  CHECK(shares({2, 0.9F, 0.8F, 0.1F, 2, 0.3F, 0.2F, 0.1F}) == std::vector<int64_t>{3, 1});
  CHECK(shares({2, 0.1F, 0.2F, 0.1F, 2, 0.9F, 0.8F, 0.7F}) == std::vector<int64_t>{1, 3});
  CHECK(shares({2, 0.5F, 0.5F, 0.1F, 2, 0.5F, 0.5F, 0.1F}) == std::vector<int64_t>{3, 1});
}

TEST_CASE("kvcompose: layers compete by their composite rows, the first with the best of all") {
  const auto setup = set_up_policy("kvcompose", 2);
  // Four composite rows of each of three layers, and which layer it is; six of twelve stay. The
  // first layer competes with 0.8, 0.3, 0.2; the best row of each stays.
  const std::vector<float> measures = {0.4F, 0.05F, 0.04F, 0, 0,  //
                                       0.8F, 0.3F,  0.1F,  0, 1,  //
                                       0.5F, 0.25F, 0.2F,  0, 2};
  std::vector<int64_t> rows(3);
  setup.faces.measured->share_out(measures, 2, 0, rows);
  CHECK(rows == std::vector<int64_t>{2, 2, 2});
  // Heads of a layer get as many: here of two layers with two heads, of which the second has less.
  const std::vector<float> heads = {0.9F, 0.8F, 0.7F, 0.1F, 0, 0.9F, 0.8F, 0.7F, 0.1F, 0,  //
                                    0.3F, 0.2F, 0.1F, 0,    1, 0.3F, 0.2F, 0.1F, 0,    1};
  rows.resize(4);
  setup.faces.measured->share_out(heads, 2, 0, rows);
  CHECK(rows == std::vector<int64_t>{3, 3, 1, 1});
}

TEST_CASE("cur: shares of squared lengths within a stretch, keys times values") {
  // Keys 1, 2 | 1, 3 of two stretches: 1/5, 4/5, 1/10, 9/10. Values 2, 1 | 1, 1: 4/5, 1/5, 1/2,
  // 1/2. Products: 4/25, 4/25, 1/20, 9/20.
  HandMadeStep step = {.step = 3,
                       .positions = {0, 1, 2, 3},
                       .keys = {{{1, 0}, {0, 2}, {1, 0}, {3, 0}}},
                       .values = {{{0, 2}, {1, 0}, {0, 1}, {1, 0}}},
                       .prompt_attention = {{}}};
  const auto setup = set_up_policy("cur", 2, "{stretch: 2, sinks: 0}");
  // Row 2 goes first. Rows 0 and 1 tie, and the older goes.
  CHECK(evicted(setup, step) == std::vector<int64_t>{2, 0});
}

TEST_CASE("a policy that scores prompts only decides nothing else") {
  CHECK(refusal("finch", "after_prompt: evict") ==
        "options of finch:1:1: policy finch: it scores whole prompts only, which takes prompt: "
        "one_shot "
        "and after_prompt: keep");
  CHECK(refusal("finch", "prompt: stepwise") == refusal("finch", "after_prompt: evict"));
  CHECK(
      refusal("finch", "positions: in_cache") ==
      "options of finch:1:1: policy.positions: finch cuts a prompt by its original positions only");
  CHECK(refusal("snapkv", std::string("windowed_layers: policy, ") + kPublished) ==
        "options of snapkv:1:1: policy.windowed_layers: snapkv scores whole prompts, which layers "
        "with "
        "a sliding window have not; native leaves them to their windows");
  CHECK(refusal("snapkv", "windowed_layers: policy").empty());
  CHECK(refusal("adakv", std::string("base: finch, ") + kPublished).empty());
  CHECK(refusal("adakv", "base: finch") ==
        "options of adakv:1:1: policy adakv: it scores whole prompts only, which takes prompt: "
        "one_shot "
        "and after_prompt: keep");
  CHECK(refusal("caote", "base: finch") != "");
}

TEST_CASE("a prompt that is kept goes with an eviction after it, and with no window") {
  CHECK(refusal("tova", "prompt: keep").empty());
  CHECK(refusal("tova", "prompt: keep, after_prompt: keep") ==
        "options of tova:1:1: policy.after_prompt: tova evicts nothing with prompt: keep as well");
  CHECK(
      refusal("tova", "prompt: keep, windowed_layers: policy") ==
      "options of tova:1:1: policy.windowed_layers: a window passes the prompt, which prompt: keep "
      "never evicts");
  const auto setup = set_up_policy("tova", 16, "{prompt: keep}");
  CHECK(setup.tokens_before_first_eviction({.tokens = 200, .prompt = 50}) == 65);
}

TEST_CASE("what is never asked at a step remembers nothing") {
  const auto stepwise = set_up_policy("snapkv", 64);
  CHECK(stepwise.needs.memory == 32);
  const auto published = set_up_policy("snapkv", 64, std::string("{") + kPublished + "}");
  CHECK(published.decides_prompt_only());
  CHECK(published.needs.memory == 0);
  const auto both = set_up_policy("snapkv", 64, "{prompt: one_shot}");
  CHECK(both.cuts_by_prompt());
  CHECK(both.needs.memory == 32);
}

TEST_CASE("policies that cut a prompt once share it up to its last token") {
  const SampleLength length = {.tokens = 200, .prompt = 150};
  const auto shared = [&](const char* name, const std::string& options = "") {
    return set_up_policy(name, 64, "{" + options + kPublished + "}")
        .tokens_before_first_eviction(length);
  };
  CHECK(shared("snapkv") == 149);
  CHECK(shared("snapkv", "window: 160, ") == 149);
  CHECK(shared("compactor") == 149);
  // Layers that keep less than k rows do so after the prompt.
  CHECK(shared("pyramidkv") == 149);
  CHECK(set_up_policy("pyramidkv", 64).tokens_before_first_eviction(length) == 0);
  CHECK(shared("kvzip") == 149);
  // What attention changes is measured from the first token on.
  CHECK(shared("squeeze_attention", "recent: 8, ") == 0);
  // Nothing is evicted where the prompt fits.
  CHECK(set_up_policy("tova", 160, std::string("{") + kPublished + "}")
            .tokens_before_first_eviction(length) == 159);
  CHECK(set_up_policy("snapkv", 64, std::string("{") + kPublished + "}")
            .tokens_before_first_eviction({.tokens = 200}) == 0);
}

}  // namespace multistate::test::prompt_rules_test
