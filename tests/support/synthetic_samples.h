#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "multistate/synthetic/sample.h"
#include "multistate/synthetic/task.h"

#include "support/second_reading.h"

namespace multistate::test {

/// A kind of sample.
struct SampleKind {
  std::string task;
  PuzzleSize size = {};
  Haystack haystack = Haystack::kNoise;
  int64_t answers = 1;  ///< Of a question, by hand.
};

/// Every task in every form that it has.
inline std::vector<SampleKind> sample_kinds() {
  return {{"passkey"},
          {"needle"},
          {"needle", {.keys = 4}},
          {"needle", {.values = 3}, Haystack::kNoise, 3},
          {"needle", {.keys = 3, .queries = 3}, Haystack::kNoise, 3},
          {"needle", {.keys = 5, .values = 2, .queries = 2, .questions = 2}, Haystack::kNoise, 4},
          {"needle", {.questions = 1}, Haystack::kNeedles},
          {"lookup"},
          {"lookup", {.questions = 3}},
          {"variables", {}, Haystack::kNoise, 5},
          {"variables", {.hops = 1}, Haystack::kNoise, 2},
          {"common_words", {}, Haystack::kNoise, 5},
          {"frequent_words", {}, Haystack::kNoise, 3},
          {"associative_recall"},
          {"associative_recall", {.questions = 2}}};
}

inline const SyntheticTask& task_named(const std::string& name) {
  const auto& all = synthetic_tasks();
  return *std::find_if(all.begin(), all.end(),
                       [&](const SyntheticTask& one) { return one.name == name; });
}

/// What tells one sample of a kind from another.
struct SampleChoice {
  int64_t length = 0;
  double depth = 0.0;
  uint64_t seed = 0;
  int64_t answer_tokens = 20;
};

inline SyntheticSample make_sample(const SampleKind& kind, const SampleChoice& choice,
                                   const Tokenizer& tokenizer, PromptFrame frame = {}) {
  const SyntheticTask& task = task_named(kind.task);
  Random random({choice.seed});
  const TaskTexts texts = task.texts(kind.size);
  frame.instruction = texts.instruction;
  const auto puzzle = task.make({texts, kind.size, choice.depth, random},
                                kind.haystack == Haystack::kNoise ? noise_filler(random) : nullptr);
  return bring_to_length(*puzzle, frame, choice.length, choice.answer_tokens, tokenizer, random);
}

/// Whether a sample has as many tokens as it should.
inline bool has_length(const SyntheticSample& sample, const SampleChoice& choice) {
  size_t longest = 0;
  for (const auto& question : sample.questions) {
    longest = std::max(longest, question.ids.size());
  }
  return static_cast<int64_t>(sample.context.size() + longest) + choice.answer_tokens ==
         choice.length;
}

/// Whether a person who reads the prompt comes to the answers that the sample has.
inline bool reads_as_expected(const SampleKind& kind, const SyntheticSample& sample,
                              const Tokenizer& tokenizer) {
  const std::string context = tokenizer.decode(sample.context);
  return static_cast<int64_t>(sample.questions.size()) == kind.size.questions &&
         std::all_of(sample.questions.begin(), sample.questions.end(), [&](const auto& question) {
           const SecondReading reading(kind.task, context, tokenizer.decode(question.ids));
           return static_cast<int64_t>(question.answers.size()) == kind.answers &&
                  reading.answers() ==
                      std::set<std::string>(question.answers.begin(), question.answers.end());
         });
}

}  // namespace multistate::test
