#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "multistate/experiment/evidence.h"
#include "multistate/experiment/experiment.h"
#include "multistate/experiment/generated_texts.h"

namespace multistate {

/// Where the prompt ends for a policy that cuts it once (option `prompt: one_shot`).
enum class PromptEnd {
  kContext,   ///< Before the question: the cut does not know what will be asked.
  kQuestion,  ///< After it, where the answer begins.
};

struct Question {
  std::vector<int64_t> ids;  ///< What follows the context, up to the answer; at least one token.
  int64_t max_tokens = 0;    ///< Of the answer, 1 or more.

  /// Ascending positions in the context of the tokens that the answer stands in, if it does.
  std::vector<int64_t> evidence = {};
};

/// A context and what is asked after it. Each question follows the context alone: none sees the
/// others, nor their answers.
struct Inquiry {
  std::vector<int64_t> context;  ///< At least one token.
  std::vector<Question> questions;
  PromptEnd prompt_end = PromptEnd::kContext;
};

/// What Workload::length() is for it: the context once, every question, and answers as long as they
/// may be.
SampleLength length_of(const Inquiry& inquiry);

struct Answer {
  std::vector<int64_t> ids;  ///< As they were made; the last of them may reach into a stop text.
  std::string text;          ///< Ends before the stop text.
  EndReason reason = EndReason::kLength;

  /// Of the question's evidence, where it has any: what the state held of it at the prompt's end
  /// (PromptEnd).
  std::optional<EvidenceKept> evidence = std::nullopt;
};

struct Answers {
  std::vector<Answer> answers;  ///< One a question.

  /// All but `sample` and `values`. Rows, evictions and lifetimes are the sum over the questions,
  /// the context's in each; the peaks are the largest of them.
  SampleRecord record;
};

/// Reads the context of a sample under the policy of `run`, from its shared prefix where there is
/// one, then lets every question follow from a copy of the state, all of them decoded together.
/// Throws InputError for a policy that sees the future.
Answers answer(const Inquiry& inquiry, const TextRules& rules, int64_t sample,
               const RunContext& run);

/// Losses of several continuations of one context.
struct Likelihoods {
  /// By continuation and token: -log p(token | context and the tokens before it), in nats.
  std::vector<std::vector<double>> losses;
  SampleRecord record;  ///< As that of Answers.
};

/// What length_of() is for likelihoods().
SampleLength length_of(std::span<const int64_t> context,
                       std::span<const std::vector<int64_t>> continuations);

/// How likely each continuation (at least one token) is after the context (the prompt), each from a
/// copy of the state. Throws InputError for a policy that sees the future.
Likelihoods likelihoods(std::span<const int64_t> context,
                        std::span<const std::vector<int64_t>> continuations, int64_t sample,
                        const RunContext& run);

}  // namespace multistate
