// Tokens that are protected one by one, by their kind or position: by the engine, whatever the
// policy.

#include <algorithm>
#include <numeric>

#include "multistate/conformance/naive_scan.h"
#include "multistate/conformance/scan_run.h"
#include "multistate/engine/block_scan.h"
#include "multistate/engine/model_tokens.h"
#include "multistate/engine/shared_prefix.h"
#include "multistate/policy/by_layer.h"

#include "support/scan_equality.h"
#include "support/temporary_folder.h"
#include "support/tiny_transformer.h"
#include "support/token_kinds.h"
#include "support/torch.h"

namespace multistate::test::protection_test {
namespace {

constexpr int64_t kTokens = 70;

/// Calls some ids special and the others text or separators.
void call_special(PolicySetup& setup, const std::vector<int64_t>& ids) {
  std::vector<TokenKind> kinds;
  for (int64_t id = 0; id < 1024; ++id) {
    const bool special = std::find(ids.begin(), ids.end(), id) != ids.end();
    kinds.push_back(special ? TokenKind::kSpecial : static_cast<TokenKind>(id % 2));
  }
  setup.token_kinds = std::make_shared<const std::vector<TokenKind>>(std::move(kinds));
}

/// Evicts the oldest rows, of which it asks no one.
class Heedless final : public EvictingPolicy {
 public:
  void evict(const StepView& step, std::span<float> /*scratch*/,
             Evictions& evictions) const override {
    for (int64_t row = 0; row < step.excess(); ++row) {
      evictions.add(row);
    }
  }
};

}  // namespace

TEST_CASE("protected tokens stay, and all scans keep the naive loops' rows, for every policy") {
  auto inputs = NaiveInputs::random(6, 2, kTokens, 21);
  inputs.prompt = 40;
  std::iota(inputs.ids.begin(), inputs.ids.end(), 100);
  const std::vector<int64_t> special = {105, 133};
  const std::vector<int64_t> stay = {2, 5, 9, 33, 45};
  int64_t checked = 0;
  for (const std::string& name : policy_registry().names()) {
    if (!policy_registry().find(name)->info.bounded) {
      continue;
    }
    for (const char* options : {"", ", every: 3", ", scope: kv_head, sinks: 1"}) {
      CAPTURE(name, options);
      auto setup = set_up_with_kinds(
          name, 30,
          fmt::format("{{protect_special: true, protect_positions: [45, 2, 9], recent: 3{}}}",
                      options));
      call_special(setup, special);
      const auto naive = naive_scan(inputs, setup, {}, 0);
      for (const auto& kept : naive.kept) {
        for (const int64_t token : stay) {
          REQUIRE(std::count(kept.back().begin(), kept.back().end(), token) == 1);
        }
      }
      check_equal(run_scan(token_scan(), inputs, setup), naive);
      check_equal(run_scan(scan_for(setup), inputs, setup), naive);
      if (&scan_for(setup) == &block_scan()) {
        check_equal(run_scan(BlockScan(7), inputs, setup), naive);
      }
      ++checked;
    }
  }
  CHECK(checked > 80);
}

TEST_CASE("without protection the same tokens go") {
  const auto inputs = NaiveInputs::random(6, 2, kTokens, 21);
  const auto free = naive_scan(inputs, set_up_policy("window", 30), {}, 0);
  CHECK(free.kept.front().back().front() == kTokens - 30);
  const auto kept =
      naive_scan(inputs, set_up_policy("window", 30, "{protect_positions: [7, 0]}"), {}, 0);
  CHECK(kept.kept.front().back().size() == 30);
  CHECK(kept.kept.front().back()[0] == 0);
  CHECK(kept.kept.front().back()[1] == 7);
  CHECK(kept.kept.front().back()[2] == kTokens - 28);
}

TEST_CASE("a window passes protected tokens, too") {
  auto inputs = NaiveInputs::random(6, 2, kTokens, 22);
  inputs.window = 40;
  const auto setup =
      set_up_policy("tova", 12, "{windowed_layers: policy, protect_positions: [3, 50]}");
  const auto naive = naive_scan(inputs, setup, {}, 0);
  check_equal(run_scan(token_scan(), inputs, setup), naive);
  const auto run = run_scan(block_scan(), inputs, setup);
  check_equal(run, naive);
  CHECK(run.sets.front().trace.evicted_at()[3] == 42);
}

TEST_CASE("a run that takes over a prefix knows which of its tokens are protected") {
  const auto model = tiny_transformer();
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < 60; ++i) {
    ids.push_back((i * i * 7 + 3 * i) % 256);
  }
  for (const char* name : {"tova", "h2o"}) {  // One remembers nothing of a step, one does.
    CAPTURE(name);
    const auto setup = set_up_policy(name, 12, "{recent: 2, protect_positions: [3, 7]}");
    const Evaluator evaluator(*model, setup);
    SharedPrefix prefix(30);
    const auto alone = evaluator.evaluate(ids, {});
    for (int64_t run = 0; run < 2; ++run) {
      const auto found = evaluator.evaluate(ids, {}, 0, &prefix);
      REQUIRE(found.computed_tokens != alone.computed_tokens);
      CHECK(found.state.total_lifetime == alone.state.total_lifetime);
      CHECK(std::abs(found.losses.back() - alone.losses.back()) < 1e-5);
    }
    const auto state = evaluator.read(ids, {}, {.tokens = 60}).state;
    for (const LayerState& layer : state.layers) {
      for (const LayerState::Set& set : layer.sets()) {
        CHECK(std::count(set.rows.positions().begin(), set.rows.positions().end(), 3) == 1);
        CHECK(std::count(set.rows.positions().begin(), set.rows.positions().end(), 7) == 1);
      }
    }
  }
}

TEST_CASE("more protected tokens than there is room for are refused") {
  CHECK_THROWS_WITH(
      set_up_policy("tova", 6, "{sinks: 2, recent: 1, protect_positions: [0, 5, 6, 7]}"),
      ContainsSubstring("sinks (2) + recent (1) + protect_positions beyond the sinks (3) must be "
                        "less than the state size (6)"));
  CHECK_THROWS_WITH(set_up_policy("tova", 6, "{protect_positions: [-1]}"),
                    ContainsSubstring("policy.protect_positions"));
  CHECK_THROWS_WITH(set_up_policy("oracle", 6, "{exact: true, protect_special: true}"),
                    ContainsSubstring("an exact plan knows no tokens that are protected"));
  const auto inputs = NaiveInputs::random(4, 2, kTokens, 23);
  auto setup = set_up_policy("tova", 6, "{protect_special: true}");
  CHECK_THROWS_AS(run_scan(token_scan(), inputs, setup), std::invalid_argument);
  call_special(setup, inputs.ids);  // All of them.
  for (const LayerScan* scan : {&token_scan(), &block_scan()}) {
    CHECK_THROWS_WITH(run_scan(*scan, inputs, setup),
                      "policy tova: layer 0, step 6: 7 rows are protected (sinks, recent, "
                      "protect_special, protect_positions), where 6 are to be left");
  }
}

TEST_CASE("a policy that evicts a protected token is stopped") {
  auto setup = set_up_policy("streaming", 6, "{sinks: 0, protect_positions: [0]}");
  setup.use(std::make_shared<Heedless>());
  const auto inputs = NaiveInputs::random(4, 2, 20, 24);
  for (const LayerScan* scan : {&token_scan(), &block_scan()}) {
    CHECK_THROWS_WITH(run_scan(*scan, inputs, setup),
                      ContainsSubstring("layer 0, step 6: row 0 is protected"));
  }
}

TEST_CASE("who protects special tokens is told which are, in a mixture of policies as well") {
  const TemporaryFolder folder;
  write_tiny_gguf({}, folder / "model.gguf");
  const auto file = ModelFile::open(folder / "model.gguf");
  ModelTokens kinds(*file);
  auto setup = set_up_policy("tova", 6, "{protect_special: true}");
  kinds.tell(setup);
  REQUIRE(setup.token_kinds != nullptr);
  CHECK(setup.token_kinds->back() == TokenKind::kSpecial);
  auto plain = set_up_policy("tova", 6);
  kinds.tell(plain);
  CHECK(plain.token_kinds == nullptr);
  const Node ranges = parse_yaml("{0: full, 1-: {name: tova, protect_special: true}}", "layers");
  auto mixture = set_up_by_layer(ranges, 6);
  kinds.tell(mixture);
  CHECK(mixture.of_layer(0).token_kinds == mixture.token_kinds);
  REQUIRE(mixture.of_layer(1).token_kinds != nullptr);
}

}  // namespace multistate::test::protection_test
