#include "multistate/experiment/answers.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <c10/core/InferenceMode.h>

#include "multistate/base/stopwatch.h"
#include "multistate/engine/finite.h"
#include "multistate/engine/logits.h"

namespace multistate {
namespace {

int64_t count(std::span<const int64_t> ids) {
  return static_cast<int64_t>(ids.size());
}

/// Of the context with one question.
SampleLength length_of(const Inquiry& inquiry, const Question& question) {
  const int64_t context = count(inquiry.context);
  const int64_t asked = context + count(question.ids);
  return {.tokens = asked + question.max_tokens,
          .prompt = inquiry.prompt_end == PromptEnd::kContext ? context : asked,
          .question = inquiry.prompt_end == PromptEnd::kContext ? 0 : count(question.ids)};
}

/// Of the context with any of the questions: room for the longest, and the prompt that ends first.
SampleLength length_of_any(const Inquiry& inquiry) {
  SampleLength any;
  for (const Question& question : inquiry.questions) {
    const SampleLength one = length_of(inquiry, question);
    any.tokens = std::max(any.tokens, one.tokens);
    any.prompt = any.prompt == 0 ? one.prompt : std::min(any.prompt, one.prompt);
  }
  return any;
}

SampleSeed seed_of(const RunContext& run, int64_t sample) {
  return {.seed = run.seed, .sample = static_cast<uint64_t>(sample)};
}

/// The random numbers that an answer is drawn with: a stream for each, whatever the policy draws.
SampleSeed seed_of_answer(const RunContext& run, int64_t sample, size_t question) {
  constexpr uint64_t kQuestions = uint64_t{1} << 32;
  return {.seed = run.seed, .sample = static_cast<uint64_t>(sample) * kQuestions + question};
}

void add(const PhaseSeconds& more, PhaseSeconds& total) {
  total.linears += more.linears;
  total.scan += more.scan;
  total.logits += more.logits;
}

/// The record of a context that has been read.
SampleRecord record_of(const Reading& reading, int64_t context) {
  SampleRecord record;
  record.tokens = context;
  record.computed_tokens = reading.computed_tokens;
  record.seconds = reading.seconds;
  return record;
}

/// `answers`, one a question, get what the state holds of the evidence at the prompt's end.
std::vector<GenerationRequest> requests_of(const Inquiry& inquiry, const SampleState& context,
                                           int64_t sample, const RunContext& run,
                                           std::vector<Answer>& answers) {
  std::vector<GenerationRequest> requests;
  for (size_t i = 0; i < inquiry.questions.size(); ++i) {
    const Question& question = inquiry.questions[i];
    std::function<void(const SampleState&)> note;
    if (!question.evidence.empty()) {
      note = [&answer = answers[i], &question](const SampleState& state) {
        answer.evidence = evidence_kept(state, question.evidence);
      };
    }
    if (note && inquiry.prompt_end == PromptEnd::kContext) {
      std::exchange(note, nullptr)(context);
    }
    requests.push_back({.context = &context,
                        .length = length_of(inquiry, question),
                        .prompt = question.ids,
                        .max_tokens = question.max_tokens,
                        .seed = seed_of_answer(run, sample, i),
                        .after_prompt = std::move(note)});
  }
  return requests;
}

/// Losses of a continuation; what `state` remembers of the context becomes what it remembers of
/// both.
std::vector<double> losses_of(std::span<const int64_t> continuation, const at::Tensor& last,
                              const RunContext& run, SampleState& state, PhaseSeconds& seconds) {
  if (continuation.empty()) {
    throw std::invalid_argument("a continuation needs at least one token");
  }
  Predictions predictions;
  {
    const Stopwatch watch(seconds.logits);
    predictions = predict(run.model, last, continuation.first(1));
  }
  check_scores(predictions.losses, {state.sample, state.tokens - 1});
  // The last token predicts nothing that is asked for.
  Evaluator(run.model, run.policy)
      .run(continuation, count(continuation) - 1, state, predictions, seconds);
  return std::move(predictions.losses);
}

}  // namespace

SampleLength length_of(const Inquiry& inquiry) {
  SampleLength length = {.tokens = count(inquiry.context), .prompt = 0};
  for (const Question& question : inquiry.questions) {
    const SampleLength one = length_of(inquiry, question);
    length.tokens += one.tokens - count(inquiry.context);
    length.prompt = length.prompt == 0 ? one.prompt : std::min(length.prompt, one.prompt);
  }
  return length;
}

Answers answer(const Inquiry& inquiry, const TextRules& rules, int64_t sample,
               const RunContext& run) {
  const c10::InferenceMode inference;
  const Reading reading =
      Evaluator(run.model, run.policy)
          .read(inquiry.context, seed_of(run, sample), length_of_any(inquiry), run.prefix);
  Answers result;
  result.record = record_of(reading, count(inquiry.context));

  result.answers.resize(inquiry.questions.size());
  auto [generations, texts, times] =
      generate_texts(requests_of(inquiry, reading.state, sample, run, result.answers), rules,
                     run.model, run.policy, run.tokenizer);
  for (size_t i = 0; i < generations.size(); ++i) {
    result.record.state.add(generations[i].state);
    Answer& answer = result.answers[i];
    answer.ids = std::move(generations[i].ids);
    answer.text = std::move(texts[i]);
    answer.reason = generations[i].reason;
  }
  const int64_t more = times.prompt_tokens + times.decoded_tokens;
  result.record.tokens += more;
  result.record.computed_tokens += more + times.tokens_beside;
  add(times.phases, result.record.seconds);
  return result;
}

SampleLength length_of(std::span<const int64_t> context,
                       std::span<const std::vector<int64_t>> continuations) {
  SampleLength length = {.tokens = count(context), .prompt = count(context)};
  for (const auto& continuation : continuations) {
    length.tokens += count(continuation);
  }
  return length;
}

Likelihoods likelihoods(std::span<const int64_t> context,
                        std::span<const std::vector<int64_t>> continuations, int64_t sample,
                        const RunContext& run) {
  const c10::InferenceMode inference;
  size_t most = 0;
  for (const auto& continuation : continuations) {
    most = std::max(most, continuation.size());
  }
  const SampleLength length = {.tokens = count(context) + static_cast<int64_t>(most),
                               .prompt = count(context)};
  const Reading reading =
      Evaluator(run.model, run.policy).read(context, seed_of(run, sample), length, run.prefix);
  Likelihoods result;
  result.record = record_of(reading, count(context));
  for (const auto& continuation : continuations) {
    SampleState state = reading.state;
    result.losses.push_back(
        losses_of(continuation, reading.last, run, state, result.record.seconds));
    result.record.state.add(use_of(state));
    result.record.tokens += state.tokens - reading.state.tokens;
    result.record.computed_tokens += state.tokens - reading.state.tokens;
  }
  return result;
}

}  // namespace multistate
