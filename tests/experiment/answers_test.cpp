#include "multistate/experiment/answers.h"

#include <algorithm>
#include <numeric>

#include "multistate/checkpoint/model_file.h"
#include "multistate/engine/shared_prefix.h"

#include "support/spread_cases.h"
#include "support/temporary_folder.h"
#include "support/tiny_model.h"
#include "support/tiny_transformer.h"
#include "support/torch.h"

namespace multistate::test::answers_test {
namespace {

struct Tiny {
  Tiny() {
    const TemporaryFolder folder;
    write_tiny_gguf(TinyModel{}, folder / "model.gguf");
    const auto file = ModelFile::open(folder / "model.gguf");
    model = Transformer::load(*file, at::kFloat);
    tokenizer = Tokenizer::make(file->tokenizer());
  }

  RunContext run(const PolicySetup& policy, SharedPrefix* prefix = nullptr) const {
    return {*model, *tokenizer, policy, 3, prefix};
  }

  std::shared_ptr<const Transformer> model;
  std::unique_ptr<Tokenizer> tokenizer;
};

std::vector<int64_t> some_ids(int64_t count, int64_t salt) {
  std::vector<int64_t> ids;
  for (int64_t i = 0; i < count; ++i) {
    ids.push_back((i * i * 7 + 3 * i + 11 * salt) % 256);
  }
  return ids;
}

Inquiry some_inquiry() {
  return {.context = some_ids(40, 0),
          .questions = {{some_ids(5, 1), 6}, {some_ids(9, 2), 3}, {some_ids(1, 3), 8}},
          .prompt_end = PromptEnd::kContext};
}

/// Policies that can answer, each for the prompt that is cut as well.
std::vector<PolicyCase> answering_policies(int64_t k) {
  auto all = spread_policy_cases(k);
  std::erase_if(all, [](const PolicyCase& one) { return one.setup.needs.future; });
  return all;
}

std::vector<int64_t> joined(std::vector<int64_t> ids, std::span<const int64_t> more) {
  ids.insert(ids.end(), more.begin(), more.end());
  return ids;
}

/// One question by the slow way: for every token of the answer all of the text anew.
std::vector<int64_t> answer_slowly(const Tiny& tiny, const PolicySetup& setup,
                                   const Inquiry& inquiry, const Question& question) {
  const Evaluator evaluator(*tiny.model, setup);
  const auto asked = joined(inquiry.context, question.ids);
  const bool is_seen = inquiry.prompt_end == PromptEnd::kQuestion;
  const auto prompt = static_cast<int64_t>(is_seen ? asked.size() : inquiry.context.size());
  const auto question_tokens = static_cast<int64_t>(is_seen ? question.ids.size() : 0);
  std::vector<int64_t> made;
  while (static_cast<int64_t>(made.size()) < question.max_tokens) {
    const auto ids = joined(asked, made);
    SampleState state =
        evaluator.start({.seed = 3, .sample = 0}, {.tokens = static_cast<int64_t>(ids.size()),
                                                   .prompt = prompt,
                                                   .question = question_tokens});
    PhaseSeconds seconds;
    const auto hidden = evaluator.prefill(ids, state, seconds);
    const auto logits = all_logits(*tiny.model, hidden);
    const float* row = logits.data_ptr<float>();
    made.push_back(std::max_element(row, row + logits.numel()) - row);
  }
  return made;
}

}  // namespace

TEST_CASE("every question is answered as if it alone had followed the context") {
  const Tiny tiny;
  int64_t compared = 0;
  for (const int64_t k : {8, 200}) {
    for (const PolicyCase& policy : answering_policies(k)) {
      // Equal tokens have equal keys in the first layer: what is decided by keys alone then ties,
      // and falls by the rounding of products of different sizes.
      if (policy.setup.needs.keys || policy.setup.common.every == 1) {
        continue;
      }
      for (const PromptEnd end : {PromptEnd::kContext, PromptEnd::kQuestion}) {
        INFO(policy.name << ", k " << k << ", prompt ends " << static_cast<int>(end));
        Inquiry inquiry = some_inquiry();
        inquiry.prompt_end = end;
        const Answers found = answer(inquiry, {}, 0, tiny.run(policy.setup));
        REQUIRE(found.answers.size() == 3);
        for (size_t i = 0; i < 3; ++i) {
          const Question& question = inquiry.questions[i];
          CHECK(found.answers[i].ids == answer_slowly(tiny, policy.setup, inquiry, question));
          CHECK(found.answers[i].reason == EndReason::kLength);
          ++compared;
        }
      }
    }
  }
  CHECK(compared > 60);
}

TEST_CASE("answers from a shared prefix are the same, and the prefix is run once") {
  const Tiny tiny;
  int64_t shared_tokens = 0;
  for (const PolicyCase& policy : answering_policies(30)) {
    for (const int64_t tokens : {20, 39, 400}) {
      INFO(policy.name << ", prefix of " << tokens);
      const Inquiry inquiry = some_inquiry();
      SharedPrefix prefix(tokens);
      const Answers alone = answer(inquiry, {}, 0, tiny.run(policy.setup));
      const Answers first = answer(inquiry, {}, 0, tiny.run(policy.setup, &prefix));
      const Answers second = answer(inquiry, {}, 0, tiny.run(policy.setup, &prefix));
      for (size_t i = 0; i < 3; ++i) {
        CHECK(first.answers[i].ids == alone.answers[i].ids);
        CHECK(second.answers[i].ids == alone.answers[i].ids);
      }
      const StateUse& state = second.record.state;
      CHECK(state.peak_rows == alone.record.state.peak_rows);
      CHECK(state.peak_bytes == alone.record.state.peak_bytes);
      CHECK(state.end_bytes == alone.record.state.end_bytes);
      CHECK(state.evictions == alone.record.state.evictions);
      CHECK(state.rows_created == alone.record.state.rows_created);
      CHECK(state.total_lifetime == alone.record.state.total_lifetime);
      // Context, questions, and all but the first and the last token of each answer: the first is
      // made by the question, the last is not read.
      CHECK(alone.record.tokens == 40 + (5 + 5) + (9 + 2) + (1 + 7));
      const int64_t beside = alone.record.computed_tokens - alone.record.tokens;
      CHECK(beside >= 0);
      CHECK((beside == 0 || policy.setup.measures_prompt(length_of(inquiry))));
      CHECK(second.record.tokens == alone.record.tokens);
      // The last token of the context is run in any case.
      const int64_t unchanged = policy.setup.tokens_before_first_eviction(length_of(inquiry));
      const int64_t shared = std::min<int64_t>({unchanged, tokens, 39});
      CHECK(second.record.computed_tokens == alone.record.tokens - shared + beside);
      shared_tokens += shared;
    }
  }
  CHECK(shared_tokens > 500);
}

TEST_CASE("an inquiry is as long as its context, its questions and the longest answers") {
  Inquiry inquiry = some_inquiry();
  CHECK(length_of(inquiry).tokens == 40 + (5 + 6) + (9 + 3) + (1 + 8));
  CHECK(length_of(inquiry).prompt == 40);
  inquiry.prompt_end = PromptEnd::kQuestion;
  // Up to the earliest cut all questions have the same tokens before them.
  CHECK(length_of(inquiry).prompt == 40 + 1);
}

TEST_CASE("an answer ends before a stop text and before a stop id, and others go on") {
  const Tiny tiny;
  const auto setup = set_up_policy("tova", 8);
  const Inquiry inquiry = some_inquiry();
  const Answers whole = answer(inquiry, {}, 0, tiny.run(setup));
  const auto& ids = whole.answers[0].ids;
  CHECK(whole.answers[0].text == tiny.tokenizer->decode(ids));

  TextRules rules;
  rules.stop_ids = {ids[2]};
  const auto first = std::find(ids.begin(), ids.end(), ids[2]) - ids.begin();
  const Answers by_id = answer(inquiry, rules, 0, tiny.run(setup));
  CHECK(by_id.answers[0].reason == EndReason::kStopId);
  CHECK(by_id.answers[0].ids == std::vector<int64_t>(ids.begin(), ids.begin() + first));

  const std::string stop = tiny.tokenizer->decode(std::span(ids).subspan(2, 2));
  rules = {};
  rules.stops = {stop};
  const Answers by_text = answer(inquiry, rules, 0, tiny.run(setup));
  CHECK(by_text.answers[0].reason == EndReason::kRefused);
  CHECK(by_text.answers[0].text ==
        whole.answers[0].text.substr(0, whole.answers[0].text.find(stop)));
}

TEST_CASE("answers that are drawn differ from question to question and come again by seed") {
  const Tiny tiny;
  const auto setup = set_up_policy("full", 0);
  Inquiry inquiry = some_inquiry();
  inquiry.questions = {inquiry.questions[0], inquiry.questions[0]};
  TextRules rules;
  rules.sampling.temperature = 1.0;
  const Answers drawn = answer(inquiry, rules, 4, tiny.run(setup));
  CHECK(drawn.answers[0].ids != drawn.answers[1].ids);
  CHECK(drawn.answers[1].ids == answer(inquiry, rules, 4, tiny.run(setup)).answers[1].ids);
  CHECK(drawn.answers[0].ids != answer(inquiry, rules, 5, tiny.run(setup)).answers[0].ids);
}

TEST_CASE("the likelihood of a continuation is that of the whole text behind the context") {
  const Tiny tiny;
  const auto context = some_ids(40, 0);
  const std::vector<std::vector<int64_t>> continuations = {some_ids(5, 1), some_ids(1, 2),
                                                           some_ids(12, 3)};
  for (const int64_t k : {8, 30, 200}) {
    for (const PolicyCase& policy : answering_policies(k)) {
      INFO(policy.name << ", k " << k);
      SharedPrefix prefix(25);
      const auto found = likelihoods(context, continuations, 0, tiny.run(policy.setup, &prefix));
      for (size_t i = 0; i < continuations.size(); ++i) {
        const auto whole = Evaluator(*tiny.model, policy.setup)
                               .evaluate(joined(context, continuations[i]), {3, 0}, 40)
                               .losses;
        REQUIRE(found.losses[i].size() == continuations[i].size());
        for (size_t token = 0; token < continuations[i].size(); ++token) {
          const double expected = whole[39 + token];
          CHECK(std::abs(found.losses[i][token] - expected) < 1e-4 * std::max(1.0, expected));
        }
      }
      CHECK(found.record.tokens == 40 + 4 + 0 + 11);
    }
  }
}

TEST_CASE("a policy that sees the future neither answers nor weighs continuations") {
  const Tiny tiny;
  const auto setup = set_up_policy("oracle", 8);
  const auto message = ContainsSubstring("policy oracle sees the future of a sample");
  CHECK_THROWS_WITH(answer(some_inquiry(), {}, 0, tiny.run(setup)), message);
  const std::vector<std::vector<int64_t>> continuations = {some_ids(2, 1)};
  CHECK_THROWS_WITH(likelihoods(some_ids(4, 0), continuations, 0, tiny.run(setup)), message);
}

TEST_CASE("a prompt's end cannot be moved once it has passed") {
  const Tiny tiny;
  const auto setup = set_up_policy("tova", 8, "{prompt: one_shot}");
  const auto context = some_ids(20, 0);
  const Evaluator evaluator(*tiny.model, setup);
  Reading reading = evaluator.read(context, {}, {.tokens = 60, .prompt = 30});
  CHECK_NOTHROW(reading.state.expect({.tokens = 60, .prompt = 21}));
  CHECK_THROWS_WITH(reading.state.expect({.tokens = 60, .prompt = 20}),
                    ContainsSubstring("the prompt has ended already"));
}

}  // namespace multistate::test::answers_test
