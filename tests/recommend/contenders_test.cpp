#include "multistate/recommend/contenders.h"

#include <algorithm>

#include "multistate/recommend/stage.h"

#include "support/input_error.h"
#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test::contenders_test {
namespace {

using namespace recommend;

using Level = std::vector<std::optional<size_t>>;

/// Two layers with two key/value heads of eight floats: a row takes, in each layer, 2 * 2 * 8
/// floats and its position of 8 bytes, 136 bytes; with a float of memory, 140.
struct TinyShape {
  std::shared_ptr<const Transformer> model = tiny_transformer();
  SampleShape shape = {
      .model = model->spec(), .length = {.tokens = 64, .prompt = 0}, .dtype = at::kFloat};
};

}  // namespace

TEST_CASE("a policy gets the largest size whose bytes fit") {
  const TinyShape tiny;
  const Fit exact = fit({"tova"}, tiny.shape, 2 * 136 * 20);
  REQUIRE(exact.contender);
  CHECK(exact.contender->state_size == 20);
  CHECK(exact.contender->bytes == 2 * 136 * 20);
  CHECK(fit({"tova"}, tiny.shape, 2 * 136 * 20 - 1).contender->state_size == 19);
  // Never the whole sample: that would be the full cache.
  CHECK(fit({"tova"}, tiny.shape, 1 << 30).contender->state_size == 63);
}

TEST_CASE("a policy that remembers more of a row gets fewer rows") {
  const TinyShape tiny;
  // Row memory of a float each; its default scope keeps a set a key/value head.
  const Fit h2o = fit({"h2o:{scope: layer}"}, tiny.shape, 2 * 140 * 20);
  REQUIRE(h2o.contender);
  CHECK(h2o.contender->state_size == 20);
  CHECK(h2o.contender->label() == "h2o:{scope: layer} k=20");
}

TEST_CASE("a policy that has no size that fits says why") {
  const TinyShape tiny;
  CHECK(fit({"tova"}, tiny.shape, 271).reason == "takes 272 B at the least");
  CHECK_THAT(fit({"finch"}, tiny.shape, 1 << 20).reason,
             ContainsSubstring("prompt: one_shot needs a prompt: give --prompt-share"));
  CHECK_THAT(fit({"tova:{sinks: 100}"}, tiny.shape, 1 << 20).reason, ContainsSubstring("sinks"));
}

TEST_CASE("a field has each policy at each level, the same size once") {
  const TinyShape tiny;
  const Field field =
      make_field({{"tova"}, {"quest"}, {"streaming"}}, tiny.shape, {1 << 20, 1 << 19, 272 * 8});
  CHECK((field.ladder[0] == Level{0, 2, 3}));
  CHECK((field.ladder[1] == field.ladder[0]));
  CHECK((field.ladder[2] == Level{1, std::nullopt, 4}));
  CHECK(field.contenders[1].state_size == 8);
  CHECK(field.left_out.empty());
  const Field small = make_field({{"tova"}, {"quest"}}, tiny.shape, {272 * 8});
  REQUIRE(small.left_out.size() == 1);
  CHECK(small.left_out[0].policy == "quest");
}

TEST_CASE("what can be deployed are the policies that see no future and are no control") {
  std::vector<std::string> names;
  for (const PolicyChoice& choice : deployable_policies()) {
    names.push_back(choice.text);
  }
  const auto has = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  CHECK(has("tova"));
  CHECK(has("window"));
  for (const std::string name : {"full", "short_context", "random", "oracle", "oracle_topk"}) {
    CAPTURE(name);
    CHECK(!has(name));
  }
}

TEST_CASE("policies that are named have to be policies to deploy, each once") {
  CHECK(choose_policies({"tova", "h2o:{scope: layer}"})[1].options() == "{scope: layer}");
  CHECK(input_error([] { choose_policies({"full"}); }) ==
        "--policies: full is a baseline, not a policy to deploy");
  CHECK(input_error([] {
          choose_policies({"tova", "tova"});
        }) == "--policies: tova is there twice");
  CHECK_THAT(input_error([] { choose_policies({"tovo"}); }), ContainsSubstring("--policies: "));
}

TEST_CASE("simpler policies read fewer inputs") {
  CHECK(inputs_read({}) == 0);
  CHECK(inputs_read({.attention = true}) == 1);
  CHECK(inputs_read({.attention = true, .keys = true, .values = true}) == 3);
}

TEST_CASE("the sweep file of a stage has the full cache and each contender with its options") {
  const Task task = {.model = "a \"b\".gguf",
                     .dtype = "float32",
                     .device = "cpu",
                     .data = "text.txt",
                     .output = "out",
                     .plugins = {},
                     .context_length = 64,
                     .prompt_share = 0.0};
  const std::vector<Contender> contenders = {{{"h2o:{scope: layer, recent: 0.5}"}, 20, 100, 1},
                                             {{"kivi:{base: {name: tova, sinks: 2}}"}, 40, 90, 2}};
  CHECK(
      sweep_text(task, "finalists", contenders, {.first = 3, .count = 8}) ==
      "# By `multistate recommend`: 2 contenders and the full cache on 8 chunks.\n"
      "name: recommend-finalists\n"
      "output: \"out/finalists\"\n"
      "model: {path: \"a \\\"b\\\".gguf\", dtype: float32, device: \"cpu\"}\n"
      "experiment: {name: language_modeling, data: \"text.txt\", context_length: 64, "
      "prompt_share: 0, skip_chunks: 3, max_chunks: 8}\n"
      "policy: {name: full}\n"
      "seed: 0\n"
      "sweep:\n"
      "  include:\n"
      "    - {policy.name: full}\n"
      "    - {policy.name: h2o, policy.scope: \"layer\", policy.recent: 0.5, state_size: 20}\n"
      "    - {policy.name: kivi, policy.base: {\"name\":\"tova\",\"sinks\":2}, state_size: 40}\n");
}

}  // namespace multistate::test::contenders_test
