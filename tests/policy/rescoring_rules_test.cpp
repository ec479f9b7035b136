// Policies that make other scores of those of a base, worked by hand.

#include "multistate/base/error.h"

#include "support/catch.h"
#include "support/step_fixture.h"

namespace multistate::test::rescoring_rules_test {
namespace {

std::string refusal(const char* name, const char* options) {
  try {
    set_up_policy(name, 64, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("criticalkv: half of the rows by score, the others by score times length of value") {
  // The norms of values lie where memory would be, of which tova has none.
  const auto step = [] {
    return HandMadeStep{.step = 4,
                        .positions = {0, 1, 2, 3, 4},
                        .attention = {{0.4F, 0.1F, 0.3F, 0.05F, 0.15F}},
                        .memory = {0.1F, 1, 0.1F, 10, 1}};
  };
  const auto setup = set_up_policy("criticalkv", 4, "{base: tova, recent: 0}");
  CHECK(setup.needs.floats_a_row() == 1);
  // Rows 0 and 2 stay. Of the others 0.1 is less than 0.15 and 0.05 * 10.
  auto half = step();
  CHECK(evicted(setup, half) == std::vector<int64_t>{1});
  // Without a first half it is 0.3 * 0.1 that is least.
  auto none = step();
  CHECK(evicted(set_up_policy("criticalkv", 4, "{base: tova, recent: 0, first: 0}"), none) ==
        std::vector<int64_t>{2});
  // By scores alone, as the base.
  auto all = step();
  CHECK(evicted(set_up_policy("criticalkv", 4, "{base: tova, recent: 0, first: 1}"), all) ==
        std::vector<int64_t>{3});
  // Two protected rows are half of four: then only the product counts.
  auto guarded = step();
  CHECK(evicted(set_up_policy("criticalkv", 4, "{base: tova, sinks: 1, recent: 1}"), guarded) ==
        std::vector<int64_t>{2});
}

TEST_CASE("criticalkv: what is added to a score lets length decide where scores are 0") {
  HandMadeStep step = {
      .step = 3, .positions = {0, 1, 2, 3}, .attention = {{0, 0, 0, 1}}, .memory = {3, 1, 2, 1}};
  const auto setup = set_up_policy("criticalkv", 3, "{base: tova, recent: 0, first: 0}");
  CHECK(evicted(setup, step) == std::vector<int64_t>{1});
}

TEST_CASE("scores are made of a base's at steps and at the end of a prompt, and nest") {
  const auto over_prompt =
      set_up_policy("criticalkv", 64, "{base: snapkv, prompt: one_shot, after_prompt: keep}");
  CHECK(over_prompt.decides_prompt_only());
  CHECK(over_prompt.faces.rescoring.size() == 1);
  CHECK(set_up_policy("criticalkv", 64, "{base: h2o, prompt: one_shot}").faces.prompt == nullptr);
  const auto nested = set_up_policy("kivi", 64, "{base: {name: criticalkv, base: h2o}, bits: 8}");
  CHECK(nested.faces.rescoring.size() == 1);
  CHECK(nested.needs.value_norms);
  // A policy that decides itself asks its base for the scores that are made.
  const auto pooled =
      set_up_policy("adakv", 64, "{base: {name: criticalkv, base: snapkv}, scope: kv_head}");
  CHECK(pooled.faces.pooled != nullptr);
  const auto chunks = set_up_policy("chunkkv", 64, "{base: {name: criticalkv, base: tova}}");
  CHECK(chunks.faces.rescoring.empty());
  CHECK(chunks.faces.evicting != nullptr);
  // Ties of the base's scores are none of the new ones.
  CHECK(set_up_policy("criticalkv", 64, "{base: knorm}").faces.tie_tolerance == 0.0F);
}

TEST_CASE("scores cannot be made where the base does not decide by them") {
  CHECK_THAT(refusal("criticalkv", "{base: {name: adakv}, scope: kv_head}"),
             ContainsSubstring("policy criticalkv: it makes scores of those of its base adakv"));
  CHECK_THAT(refusal("criticalkv", "{base: streaming}"), ContainsSubstring("policy.base"));
  CHECK_THAT(refusal("criticalkv", "{base: {name: chunkkv}}"), ContainsSubstring("policy.base"));
}

TEST_CASE("what is measured takes a prompt that is cut once, and layers without windows") {
  CHECK_THAT(refusal("simlayerkv", "{prompt: stepwise}"),
             ContainsSubstring("policy simlayerkv: it measures layers at the end of a prompt"));
  CHECK_THAT(refusal("simlayerkv", "{windowed_layers: policy}"),
             ContainsSubstring("policy.windowed_layers: simlayerkv measures layers"));
  CHECK_THAT(
      refusal("simlayerkv", "{base: {name: pyramidkv}}"),
      ContainsSubstring("it and its base pyramidkv both say how many rows each layer keeps"));
  CHECK(refusal("simlayerkv", "{base: {name: adakv}, scope: kv_head}").empty());
}

TEST_CASE("simlayerkv: lazy layers keep what they look at, the others share the rest") {
  const auto setup = set_up_policy("simlayerkv", 100, "{threshold: 0.5, initial: 4, newest: 16}");
  const auto shares = [&](const std::vector<float>& measures) {
    std::vector<int64_t> rows(measures.size());
    setup.faces.measured->share_out(measures, 100, 4, rows);
    return rows;
  };
  CHECK(shares({0.9F, 0.1F, 0.2F, 0.6F}) == std::vector<int64_t>{20, 180, 180, 20});
  CHECK(shares({0.1F, 0.2F}) == std::vector<int64_t>{100, 100});
  CHECK(shares({0.8F, 0.9F}) == std::vector<int64_t>{100, 100});
  // No fewer than are protected, and no more than k.
  std::vector<int64_t> rows(2);
  setup.faces.measured->share_out(std::vector<float>{0.9F, 0.1F}, 100, 60, rows);
  CHECK(rows == std::vector<int64_t>{61, 139});
}

TEST_CASE("duo_attention: of all heads the share that looks back least streams") {
  const auto setup = set_up_policy("duo_attention", 100, "{streaming: 0.5, window: 16}");
  CHECK(setup.faces.measured->measures_first());
  std::vector<int64_t> rows(4);
  setup.faces.measured->share_out(std::vector<float>{0.5F, 0.2F, 0.7F, 0.2F}, 100, 4, rows);
  CHECK(rows == std::vector<int64_t>{180, 20, 180, 20});
  // Of equal ones the first streams.
  setup.faces.measured->share_out(std::vector<float>(4, 0.5F), 100, 4, rows);
  CHECK(rows == std::vector<int64_t>{20, 20, 180, 180});
}

TEST_CASE("headkv: a pool of rows is shared out by importance") {
  // Of 100 rows 20 are protected; 80 / 2 of each go into a pool of 160.
  const auto setup = set_up_policy("headkv", 100, "{base: tova, beta: 2, recent: 20}");
  std::vector<int64_t> rows(4);
  setup.faces.measured->share_out(std::vector<float>{0.1F, 0.2F, 0.3F, 0.4F}, 100, 20, rows);
  CHECK(rows[0] == 20 + 40 + 16);
  CHECK(rows[3] == 20 + 40 + 64);
  // With beta 1 all is in the pool, and a head without importance keeps one row.
  const auto all = set_up_policy("headkv", 100, "{base: tova, beta: 1, recent: 20}");
  all.faces.measured->share_out(std::vector<float>{0, 0, 0, 1}, 100, 20, rows);
  CHECK(rows == std::vector<int64_t>{21, 21, 21, 337});
}

TEST_CASE("squeeze_attention: the group of layers that change least keeps few rows") {
  const auto setup = set_up_policy("squeeze_attention", 100, "{least: 0.4}");
  const auto shares = [&](const std::vector<float>& measures) {
    std::vector<int64_t> rows(measures.size());
    setup.faces.measured->share_out(measures, 100, 4, rows);
    return rows;
  };
  CHECK(shares({0.99F, 0.3F, 0.7F, 0.98F, 0.72F, 0.71F}) ==
        std::vector<int64_t>{40, 130, 130, 40, 130, 130});
  CHECK(shares({0.5F, 0.9F}) == std::vector<int64_t>{100, 100});
  CHECK(shares({0.5F}) == std::vector<int64_t>{100});
}

}  // namespace multistate::test::rescoring_rules_test
