// What a policy may see beside keys, values and attention: tokens and their kinds, memory of the
// set, layers, random numbers of a place; the same in every scan.

#include <map>
#include <mutex>

#include "multistate/conformance/conformance.h"
#include "multistate/conformance/differences.h"
#include "multistate/conformance/naive_scan.h"
#include "multistate/engine/block_scan.h"
#include "multistate/engine/evaluator.h"
#include "multistate/engine/model_tokens.h"

#include "conformance/broken/broken.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test::policy_inputs_test {
namespace {

/// Keeps special tokens, then separators, then small ids; of equal ones the newer.
class KeepsMarks final : public ScoringPolicy {
 public:
  Needs needs() const override { return {.tokens = true, .token_kinds = true}; }

  void score(const StepView& step, std::span<float> scores) const override {
    for (int64_t row = 0; row < step.rows(); ++row) {
      scores[static_cast<size_t>(row)] =
          1000.0F * static_cast<float>(step.token_kind(row)) - static_cast<float>(step.token(row));
    }
  }
};

/// The row whose key is least like the mean query so far goes; the mean and the number of queries
/// are memory of the set.
class FollowsTheMeanQuery final : public ScoringPolicy {
 public:
  Needs needs() const override {
    return {.query = true, .keys = true, .set_memory = 1, .head_memory = 1};
  }

  void observe(const StepView& step) const override {
    float& count = step.set_memory();
    count += 1.0F;
    for (int64_t head = 0; head < step.heads(); ++head) {
      const auto mean = step.head_memory(head);
      for (size_t i = 0; i < mean.size(); ++i) {
        mean[i] += (step.query(head)[i] - mean[i]) / count;
      }
    }
  }

  void score(const StepView& step, std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), 0.0F);
    for (int64_t head = 0; head < step.heads(); ++head) {
      const auto mean = step.head_memory(head);
      for (int64_t row = 0; row < step.rows(); ++row) {
        const auto key = step.key(head * step.kv_heads() / step.heads(), row);
        for (size_t i = 0; i < mean.size(); ++i) {
          scores[static_cast<size_t>(row)] += mean[i] * key[i];
        }
      }
    }
  }
};

class CountsLayers final : public ScoringPolicy {
 public:
  void score(const StepView& step, std::span<float> scores) const override {
    std::fill(scores.begin(), scores.end(), 0.0F);
    const std::lock_guard lock(mutex);
    seen.insert({step.layer(), step.layers()});
  }
  inline static std::mutex mutex;
  inline static std::map<int64_t, int64_t> seen;
};

std::string findings_of(const PolicyEntry& entry) {
  std::string text;
  for (const CheckResult& result : check_policy(make_subject(entry))) {
    text += result.passed() ? "" : to_text(result) + "\n";
  }
  return text;
}

/// After each step the rows that stay, worked out from ids alone: the worst of k + 1 goes.
std::vector<std::vector<int64_t>> kept_marks(const NaiveInputs& inputs, int64_t k) {
  const auto worth = [&](int64_t row) {
    const int64_t id = inputs.ids[static_cast<size_t>(row)];
    return 1000 * (id % 3) - id;
  };
  std::vector<std::vector<int64_t>> kept;
  std::vector<int64_t> rows;
  for (int64_t step = 0; step < inputs.tokens; ++step) {
    rows.push_back(step);
    if (static_cast<int64_t>(rows.size()) > k) {
      rows.erase(std::min_element(rows.begin(), rows.end(),
                                  [&](int64_t a, int64_t b) { return worth(a) < worth(b); }));
    }
    kept.push_back(rows);
  }
  return kept;
}

}  // namespace

TEST_CASE("policies that read tokens and remember sets keep to everything that policies keep to") {
  CHECK(findings_of(unregistered<KeepsMarks>("keeps_marks")) == "");
  CHECK(findings_of(unregistered<FollowsTheMeanQuery>("mean_query")) == "");
}

TEST_CASE("a policy sees the id and the kind of every row's token") {
  const auto entry = unregistered<KeepsMarks>("keeps_marks");
  const auto inputs = NaiveInputs::random(4, 2, 40, 3);
  const auto cases = policy_cases({&entry}, 7);
  const PolicySetup& setup = cases.front().setup;
  REQUIRE(setup.common.every == 1);
  const BlockScan blocks(7);
  for (const LayerScan* scan : {&token_scan(), static_cast<const LayerScan*>(&blocks)}) {
    for (const int64_t calls : {1, 4}) {
      const ScanRun run = run_scan(*scan, inputs, setup, {}, calls);
      const auto kept = kept_marks(inputs, 7);
      for (int64_t step = 0; step < inputs.tokens; ++step) {
        CHECK(run.sets.front().trace.kept_after(step) == kept[static_cast<size_t>(step)]);
      }
    }
  }
}

TEST_CASE("ids and memory of sets are the sample's own, alone, in a batch and in a copy") {
  const auto model = tiny_transformer({.layers = 2});
  const auto entry = unregistered<FollowsTheMeanQuery>("mean_query");
  const auto setup = set_up_policy(entry, nullptr, 6);
  const Evaluator evaluator(*model, setup);
  const std::vector<int64_t> first = {1, 7, 3, 9, 4, 11, 2, 8, 5, 6, 10, 12, 3, 3, 1, 9};
  const std::vector<int64_t> second(first.rbegin(), first.rend());
  const auto start = [&] { return evaluator.start({}, {.tokens = 16}); };
  PhaseSeconds seconds;
  SampleState alone = start();
  evaluator.prefill(first, alone, seconds);
  SampleState a = start();
  SampleState b = start();
  SampleState copy = a;
  for (size_t i = 0; i < first.size(); ++i) {
    const std::vector<int64_t> ids = {second[i], first[i]};
    const std::vector<SampleState*> states = {&b, &a};
    evaluator.advance_each(ids, states, seconds);
  }
  evaluator.prefill(first, copy, seconds);
  for (size_t layer = 0; layer < 2; ++layer) {
    CHECK(fates_of(a.layers[layer].sets()) == fates_of(alone.layers[layer].sets()));
    CHECK(fates_of(copy.layers[layer].sets()) == fates_of(alone.layers[layer].sets()));
  }
  // A float and a vector for each query head of the two layers, as long as the sample lives.
  const AttentionSpec& attention = model->spec().layer(0).attention;
  CHECK(use_of(a).peak_statistics_bytes ==
        2 * static_cast<int64_t>(sizeof(float)) * (1 + attention.heads * attention.head_size));
}

TEST_CASE("a policy is told its layer and how many there are") {
  const auto model = tiny_transformer({.layers = 3});
  const auto entry = unregistered<CountsLayers>("counts_layers");
  const auto setup = set_up_policy(entry, nullptr, 2);
  PhaseSeconds seconds;
  const Evaluator evaluator(*model, setup);
  SampleState state = evaluator.start({}, {.tokens = 4});
  CountsLayers::seen.clear();
  evaluator.prefill(std::vector<int64_t>{1, 2, 3, 4}, state, seconds);
  CHECK(CountsLayers::seen == std::map<int64_t, int64_t>{{0, 3}, {1, 3}, {2, 3}});
}

TEST_CASE("kinds of tokens come from the tokenizer, and are an error where nobody knows it") {
  const TemporaryFolder folder;
  write_tiny_gguf({}, folder / "model.gguf");
  const auto spec = ModelFile::open(folder / "model.gguf")->tokenizer();
  const auto tokenizer = Tokenizer::make(spec);
  const auto kinds = token_kinds_of(*tokenizer, spec);
  const auto kind_of = [&](const char* text) {
    const auto ids = tokenizer->encode(text);
    REQUIRE(ids.size() == 1);
    return (*kinds)[static_cast<size_t>(ids.front())];
  };
  CHECK(kind_of("<|endoftext|>") == TokenKind::kSpecial);
  CHECK(kind_of(".") == TokenKind::kSeparator);
  CHECK(kind_of("\n") == TokenKind::kSeparator);
  CHECK(kind_of("a") == TokenKind::kText);
  CHECK(kind_of("7") == TokenKind::kText);
  CHECK(kind_of(" ") == TokenKind::kText);

  const auto model = tiny_transformer({.layers = 1});
  const auto entry = unregistered<KeepsMarks>("keeps_marks");
  const auto setup = set_up_policy(entry, nullptr, 2);
  const Evaluator evaluator(*model, setup);
  SampleState state = evaluator.start({}, {.tokens = 4});
  PhaseSeconds seconds;
  CHECK_THROWS_WITH(evaluator.prefill(std::vector<int64_t>{1, 2, 3, 4}, state, seconds),
                    ContainsSubstring("policy keeps_marks: layer 0, step 2: the kind of token 1 is "
                                      "not known: the model was loaded without its tokenizer"));
}

}  // namespace multistate::test::policy_inputs_test
