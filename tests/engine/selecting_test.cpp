// Policies that select the rows which queries read: blocks == token by token == naive loops, in
// pieces, over prefixes, while generating; what they take and what is counted; broken contracts.

#include <fmt/format.h>

#include "multistate/conformance/naive_scan.h"
#include "multistate/engine/block_scan.h"
#include "multistate/engine/evaluator.h"
#include "multistate/engine/expected_bytes.h"
#include "multistate/engine/generator.h"
#include "multistate/engine/shared_prefix.h"
#include "multistate/policy/by_layer.h"
#include "multistate/policy/policy_error.h"
#include "multistate/policy/row_selection.h"
#include "multistate/policy/vectors.h"

#include "support/scan_equality.h"
#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test::selecting_test {
namespace {

/// More than a block of the causal scan.
constexpr int64_t kTokens = 80;

/// The rows whose keys have the largest products with the sum of a group's queries, the same for
/// all of the group, newest first; less than it may.
class ReadsByGroup final : public SelectingPolicy {
 public:
  Needs needs() const override { return {.query = true, .keys = true, .scratch = 2}; }

  void select(const QueryView& query, RowsRead& read) const override {
    const auto products = query.scratch(1);
    for (int64_t row = 0; row < query.rows(); ++row) {
      float& product = products[static_cast<size_t>(row)] = 0.0F;
      for (int64_t head = 0; head < query.heads(); ++head) {
        product += dot(query.query(head), query.key(row));
      }
    }
    std::vector<int64_t> rows;
    for_largest(query, products, query.budget() - 1, query.scratch(0),
                [&](int64_t row) { rows.push_back(row); });
    for (int64_t head = 0; head < query.heads(); ++head) {
      std::for_each(rows.rbegin(), rows.rend(), [&](int64_t row) { read.add(head, row); });
    }
  }
};

/// A policy of this file in the place of oracle_topk.
PolicySetup set_up_own(std::shared_ptr<const Policy> policy, int64_t k,
                       const std::string& options = "{}") {
  PolicySetup setup = set_up_policy("oracle_topk", k, options);
  setup.use(std::move(policy));
  return setup;
}

std::vector<PolicySetup> setups(int64_t k, const std::string& prompt) {
  const std::string with = fmt::format("prompt: {}", prompt);
  std::vector<PolicySetup> all = {
      set_up_policy("oracle_topk", k, fmt::format("{{{}}}", with)),
      set_up_own(std::make_shared<ReadsByGroup>(), k, fmt::format("{{{}}}", with))};
  for (const auto& [page, newest] :
       {std::pair(1, false), std::pair(5, true), std::pair(16, false)}) {
    if (page <= k) {
      all.push_back(
          set_up_policy("quest", k,
                        fmt::format("{{page_size: {}, whole_layers: 0, newest_page: {}, {}}}", page,
                                    newest, with)));
    }
  }
  return all;
}

void check_reads(const ScanRun& run, const NaiveResult& naive) {
  REQUIRE(run.sets.size() == 1);
  CHECK(run.sets.front().reads.total == naive.rows_read);
  CHECK(run.sets.front().reads.peak == naive.most_read);
}

std::vector<int64_t> some_ids(int64_t tokens) {
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < tokens; ++i) {
    ids.push_back((i * i * 7 + 3 * i) % 251);
  }
  return ids;
}

double mean_difference(const std::vector<double>& left, const std::vector<double>& right) {
  REQUIRE(left.size() == right.size());
  double sum = 0.0;
  for (size_t i = 0; i < left.size(); ++i) {
    sum += std::abs(left[i] - right[i]);
  }
  return sum / static_cast<double>(left.size());
}

}  // namespace

TEST_CASE("selected rows: blocks of tokens, single tokens and naive loops are the same") {
  struct Case {
    int64_t kv_heads;
    int64_t k;
    const char* prompt;
  };
  for (const Case& one : {Case{4, 3, "stepwise"}, Case{2, 22, "stepwise"}, Case{2, 22, "one_shot"},
                          Case{1, 40, "stepwise"}}) {
    auto inputs = NaiveInputs::random(4, one.kv_heads, kTokens, 51);
    inputs.prompt = 50;
    inputs.logit_cap = one.kv_heads == 2 ? std::optional(3.0) : std::nullopt;
    for (const PolicySetup& setup : setups(one.k, one.prompt)) {
      CAPTURE(one.kv_heads, one.k, one.prompt, setup.options.dump());
      const auto naive = naive_scan(inputs, setup, {}, 0);
      for (const int64_t calls : {int64_t{1}, int64_t{9}, kTokens}) {
        const auto run = run_scan(scan_for(setup), inputs, setup, {}, calls);
        check_equal(run, naive);
        check_reads(run, naive);
      }
      const auto by_token = run_scan(token_scan(), inputs, setup, {});
      check_equal(by_token, naive);
      check_reads(by_token, naive);
      // A prompt that attends in full reads all of it.
      CHECK(naive.most_read <= (setup.one_shot() ? 50 : one.k));
      CHECK(naive.rows_read < 4 * kTokens * (kTokens + 1) / 2);
    }
  }
}

TEST_CASE("rows in bfloat16 are selected alike by all scans") {
  const auto inputs = NaiveInputs::integers(4, 2, 100, 9, 3);
  for (const PolicySetup& setup : setups(20, "stepwise")) {
    CAPTURE(setup.options.dump());
    const auto run = run_scan(scan_for(setup), inputs, setup, {}, 3, at::kBFloat16);
    check_equal(run, run_scan(token_scan(), inputs, setup, {}, 1, at::kBFloat16));
    check_equal(run, naive_scan(inputs, setup, {}, 0));
  }
}

TEST_CASE("a layer with a sliding window of its own selects nothing") {
  auto inputs = NaiveInputs::random(4, 2, 60, 52);
  inputs.window = 20;
  const auto setup = set_up_policy("oracle_topk", 5);
  const auto naive = naive_scan(inputs, setup, {}, 0);
  CHECK(naive.most_read == 20);
  check_equal(run_scan(block_scan(), inputs, setup, {}), naive);
}

TEST_CASE("a run over a shared prefix, and one that generates, is the run from the start") {
  const auto model = tiny_transformer({.layers = 3});
  const auto ids = some_ids(90);
  for (const char* name : {"quest", "oracle_topk"}) {
    for (const char* prompt : {"stepwise", "one_shot"}) {
      CAPTURE(name, prompt);
      const std::string page =
          name == std::string("quest") ? "page_size: 4, whole_layers: 1, " : "";
      const std::string options = fmt::format("{{{}prompt: {}}}", page, prompt);
      const auto setup = set_up_policy(name, 13, options);
      const Evaluator evaluator(*model, setup);
      SharedPrefix prefix(70);
      const auto alone = evaluator.evaluate(ids, {}, 40);
      const auto shared = evaluator.evaluate(ids, {}, 40, &prefix);
      const auto by_token = Evaluator(*model, setup, &token_scan()).evaluate(ids, {}, 40);
      CHECK(shared.computed_tokens ==
            90 - setup.tokens_before_first_eviction({.tokens = 90, .prompt = 40}) + 70);
      // Products of other sizes round in another way, so that of two rows with nearly the same
      // logit the other may be the k-th: that moves the loss of a token. Other rows move the mean.
      CHECK(mean_difference(alone.losses, shared.losses) < 2e-3);
      CHECK(mean_difference(alone.losses, by_token.losses) < 2e-3);
      const auto fewer = set_up_policy(name, 9, options);
      CHECK(mean_difference(alone.losses, Evaluator(*model, fewer).evaluate(ids, {}, 40).losses) >
            2e-2);
      CHECK(shared.state.peak_bytes == alone.state.peak_bytes);
      CHECK(shared.state.reads.total == alone.state.reads.total);
      CHECK(shared.state.reads.queries == 90 * 3 * 4);
      CHECK(by_token.state.peak_bytes == alone.state.peak_bytes);
      CHECK(by_token.state.reads.total == alone.state.reads.total);

      const std::vector<int64_t> first(ids.begin(), ids.begin() + 40);
      std::vector<GenerationRequest> asked;
      for (const uint64_t sample : {0, 1, 2}) {
        asked.push_back({.context = nullptr,
                         .prompt = {first.begin(), first.end() - static_cast<int64_t>(sample)},
                         .max_tokens = 12,
                         .seed = {.seed = 1, .sample = sample}});
      }
      const auto take = [](size_t /*request*/, int64_t /*id*/) { return true; };
      GenerationOptions generation;
      const auto one_by_one = Generator(*model, setup, generation).run(asked, take);
      generation.batch = 3;
      const auto together = Generator(*model, setup, generation).run(asked, take);
      for (size_t i = 0; i < asked.size(); ++i) {
        CHECK(together[i].ids == one_by_one[i].ids);
        CHECK(together[i].state.reads.total == one_by_one[i].state.reads.total);
      }
      // The last one made is not read any more.
      std::vector<int64_t> text = first;
      text.insert(text.end(), together[0].ids.begin(), together[0].ids.end() - 1);
      const auto read = evaluator.evaluate(text, {}, 40);
      CHECK(read.state.reads.total == together[0].state.reads.total);
      for (size_t i = 0; i + 1 < together[0].ids.size(); ++i) {
        CHECK(read.likeliest[39 + i] == together[0].ids[i]);
      }
    }
  }
}

TEST_CASE(
    "every row is kept and counted, with the ranges of its page; what is read is counted too") {
  const auto model = tiny_transformer({.layers = 3});
  // Two key/value heads of 8 and four query heads a layer; pages of 16 rows in the third layer
  // only.
  const auto setup = set_up_policy("quest", 32);
  const auto use = Evaluator(*model, setup).evaluate(some_ids(100), {}).state;
  const int64_t rows = 3 * 100 * (2 * 2 * 8 * 4 + 8);
  const int64_t ranges = 2 * 7 * 2 * 8 * 4;  // 7 pages.
  CHECK(use.peak_rows == 100);
  CHECK(use.evictions == 0);
  CHECK(use.footprint() == 1.0);
  CHECK(use.peak_memory_bytes == ranges);
  CHECK(use.peak_bytes == rows + ranges);
  CHECK(use.end_bytes == rows + ranges);
  CHECK(expected_peak_bytes(model->spec(), setup, {.tokens = 100}, at::kFloat) == rows + ranges);
  // Two layers read all rows. In the third the first 32 tokens do, and the others two pages, of
  // which the newest has 1 to 16 rows: 68 tokens are 4 times 16 and 4 more.
  const int64_t whole = 100 * 101 / 2;
  const int64_t selected = 32 * 33 / 2 + 68 * 16 + 4 * (16 * 17 / 2) + (1 + 2 + 3 + 4);
  CHECK(use.reads.queries == 3 * 4 * 100);
  CHECK(use.reads.total == 4 * (2 * whole + selected));
  CHECK(use.reads.peak == 100);
}

TEST_CASE("what an evicting policy reads are the rows that it keeps and the token's own") {
  const auto model = tiny_transformer({.layers = 2});
  for (const char* scope : {"layer", "kv_head"}) {
    const auto setup = set_up_policy("tova", 10, fmt::format("{{scope: {}}}", scope));
    for (const LayerScan* scan : {&block_scan(), &token_scan()}) {
      const auto use = Evaluator(*model, setup, scan).evaluate(some_ids(50), {}).state;
      CHECK(use.reads.peak == 11);
      CHECK(use.reads.queries == 2 * 4 * 50);
      CHECK(use.reads.total == 2 * 4 * (10 * 11 / 2 + 40 * 11));
    }
  }
}

TEST_CASE("a range of layers may select rows where others keep or evict") {
  const auto model = tiny_transformer({.layers = 3});
  const auto ids = some_ids(80);
  const auto mixed = set_up_by_layer(
      parse_yaml("{\"0\": full, \"1-\": {name: quest, page_size: 4, whole_layers: 0}}", "test"),
      12);
  CHECK(mixed.has_size());
  CHECK(mixed.state_size == 12);
  const auto one = set_up_policy("quest", 12, "{page_size: 4, whole_layers: 1}");
  const auto expected = Evaluator(*model, one).evaluate(ids, {});
  const auto found = Evaluator(*model, mixed).evaluate(ids, {});
  CHECK(found.losses == expected.losses);
  CHECK(found.state.peak_bytes == expected.state.peak_bytes);
  CHECK(found.state.reads.total == expected.state.reads.total);
}

namespace {

/// Reads these ranges with every head.
class Scripted final : public SelectingPolicy {
 public:
  explicit Scripted(std::vector<RowsRead::Range> ranges, int64_t head = 0)
      : ranges_(std::move(ranges)), head_(head) {}

  void select(const QueryView& /*query*/, RowsRead& read) const override {
    for (const RowsRead::Range& range : ranges_) {
      read.add(head_, range.first, range.end);
    }
  }

 private:
  std::vector<RowsRead::Range> ranges_;
  int64_t head_;
};

}  // namespace

TEST_CASE("rows that may not be read are refused, with policy, layer and step") {
  const auto inputs = NaiveInputs::random(1, 1, 10, 53);
  const auto refusal = [&](std::vector<RowsRead::Range> ranges, int64_t head = 0) {
    const auto setup = set_up_own(std::make_shared<Scripted>(std::move(ranges), head), 4);
    std::string message;
    for (const LayerScan* scan : {&causal_scan(), &token_scan()}) {
      try {
        run_scan(*scan, inputs, setup, {});
        return std::string("accepted");
      } catch (const PolicyError& error) {
        CHECK((message.empty() || message == error.what()));
        message = error.what();
      }
    }
    return message;
  };
  const std::string start = "policy oracle_topk: layer 0, step 4: ";
  CHECK(refusal({}) ==
        start + "query head 0 of key/value head 0 reads 0 rows, where 1 to 4 are allowed");
  CHECK(refusal({{0, 5}}) ==
        start + "query head 0 of key/value head 0 reads 5 rows, where 1 to 4 are allowed");
  CHECK(refusal({{2, 4}, {0, 3}}) == start + "row 2 is read twice");
  CHECK(refusal({{3, 6}}) == start + "rows 3 to 5 are read; there are the rows 0 to 4");
  CHECK(refusal({{-1, 1}}) == start + "rows -1 to 0 are read; there are the rows 0 to 4");
  CHECK(refusal({{2, 2}}) == start + "rows 2 to 1 are read; there are the rows 0 to 4");
  CHECK(refusal({{0, 1}}, 1) ==
        start + "an exception leaves it: rows are read by query head 1; there are 1");
  CHECK(refusal({{0, 2}, {3, 5}}) == "accepted");
  CHECK_THROWS_WITH(run_scan(block_scan(), inputs, set_up_policy("oracle_topk", 4), {}),
                    ContainsSubstring("causal scan"));
}

}  // namespace multistate::test::selecting_test
