#include "multistate/experiment/evidence.h"

#include "multistate/checkpoint/model_file.h"
#include "multistate/experiment/answers.h"

#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/torch.h"

namespace multistate::test::evidence_test {
namespace {

struct Tiny {
  Tiny() {
    const TemporaryFolder folder;
    write_tiny_gguf(TinyModel{}, folder / "model.gguf");
    const auto file = ModelFile::open(folder / "model.gguf");
    model = Transformer::load(*file, at::kFloat);
    tokenizer = Tokenizer::make(file->tokenizer());
  }

  SampleState read(const PolicySetup& policy, int64_t tokens) const {
    return Evaluator(*model, policy)
        .read(some_ids(tokens), {}, {.tokens = tokens, .prompt = tokens})
        .state;
  }

  /// The evidence of one question of 10 tokens after a context of 30.
  EvidenceKept ask(const PolicySetup& policy, PromptEnd end,
                   const std::vector<int64_t>& evidence) const {
    const Inquiry inquiry = {.context = some_ids(30),
                             .questions = {{some_ids(10), 4, evidence}, {some_ids(3), 4, {}}},
                             .prompt_end = end};
    const Answers found = answer(inquiry, {}, 0, {*model, *tokenizer, policy, 0, nullptr});
    CHECK(!found.answers[1].evidence);
    return found.answers[0].evidence.value();
  }

  static std::vector<int64_t> some_ids(int64_t count) {
    std::vector<int64_t> ids;
    for (int64_t i = 0; i < count; ++i) {
      ids.push_back((i * i * 7 + 3 * i) % 256);
    }
    return ids;
  }

  std::shared_ptr<const Transformer> model;
  std::unique_ptr<Tokenizer> tokenizer;
};

}  // namespace

TEST_CASE("evidence is counted by token, row and set, by hand") {
  const Tiny tiny;
  // The window keeps positions 22 to 29 of 30, in one set for each of two layers.
  const auto window = set_up_policy("window", 8, "{scope: layer}");
  const auto state = tiny.read(window, 30);
  const auto both = evidence_kept(state, std::vector<int64_t>{22, 29});
  CHECK(both.tokens == 2);
  CHECK(both.tokens_lost == 0);
  CHECK(both.rows == 4);
  CHECK(both.rows_kept == 4);
  CHECK(both.sets == 2);
  CHECK(both.sets_all == 2);
  CHECK(both.sets_any == 2);
  const auto one = evidence_kept(state, std::vector<int64_t>{5, 21, 22});
  CHECK(one.tokens_lost == 2);
  CHECK(one.rows == 6);
  CHECK(one.rows_kept == 2);
  CHECK(one.sets_all == 0);
  CHECK(one.sets_any == 2);
  const auto none = evidence_kept(state, std::vector<int64_t>{5});
  CHECK(none.tokens_lost == 1);
  CHECK(none.sets_any == 0);
}

TEST_CASE("a token is lost only when no head of any layer holds it") {
  const Tiny tiny;
  const auto state = tiny.read(set_up_policy("random", 6, "{scope: kv_head}"), 40);
  int64_t somewhere = 0;
  for (int64_t position = 0; position < 40; ++position) {
    int64_t sets = 0;
    for (const LayerState& layer : state.layers) {
      for (const LayerState::Set& set : layer.sets()) {
        sets += set.trace.evicted_at()[static_cast<size_t>(position)] == RowTrace::kAlive ? 1 : 0;
      }
    }
    const auto kept = evidence_kept(state, std::vector<int64_t>{position});
    CHECK(kept.sets == 4);
    CHECK(kept.rows_kept == sets);
    CHECK(kept.tokens_lost == (sets == 0 ? 1 : 0));
    somewhere += sets > 0 && sets < 4 ? 1 : 0;
  }
  CHECK(somewhere > 5);
}

TEST_CASE("evidence is looked for at the prompt's end, wherever that is") {
  const Tiny tiny;
  const auto window = set_up_policy("window", 8, "{scope: layer}");
  // After the context positions 22 to 29 are there, after the question 32 to 39.
  CHECK(tiny.ask(window, PromptEnd::kContext, {25}).sets_all == 2);
  CHECK(tiny.ask(window, PromptEnd::kQuestion, {25}).sets_any == 0);
  const auto cut = set_up_policy("window", 8, "{scope: layer, prompt: one_shot}");
  CHECK(tiny.ask(cut, PromptEnd::kContext, {25}).sets_all == 2);
  CHECK(tiny.ask(cut, PromptEnd::kQuestion, {25}).sets_any == 0);
  CHECK(tiny.ask(keep_all_setup(), PromptEnd::kQuestion, {0, 25}).sets_all == 2);
}

TEST_CASE("metrics of evidence are ratios of sums, and absent where there is none") {
  const auto record = [](const EvidenceKept& kept) {
    SampleRecord one;
    one.values = nlohmann::json::object();
    kept.write(one.values);
    return one;
  };
  const std::vector records = {record({.tokens = 4,
                                       .tokens_lost = 1,
                                       .rows = 8,
                                       .rows_kept = 5,
                                       .sets = 2,
                                       .sets_all = 0,
                                       .sets_any = 2}),
                               record({.tokens = 6,
                                       .tokens_lost = 6,
                                       .rows = 12,
                                       .rows_kept = 0,
                                       .sets = 2,
                                       .sets_all = 0,
                                       .sets_any = 0})};
  Metrics metrics;
  add_evidence_metrics(records, {}, metrics);
  CHECK(metrics.at("evidence_lost").value == approx(0.7));
  CHECK(!metrics.at("evidence_lost").higher_is_better);
  CHECK(metrics.at("evidence_kept").value == approx(0.25));
  CHECK(metrics.at("evidence_kept").higher_is_better);
  CHECK(metrics.at("evidence_sets_all").value == 0.0);
  CHECK(metrics.at("evidence_sets_any").value == approx(0.5));
  Metrics nothing;
  SampleRecord plain;
  plain.values = nlohmann::json::object();
  add_evidence_metrics(std::vector{plain}, {}, nothing);
  CHECK(nothing.empty());
}

}  // namespace multistate::test::evidence_test
