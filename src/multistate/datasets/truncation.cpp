#include "multistate/datasets/truncation.h"

#include <fmt/format.h>

#include "multistate/base/error.h"

namespace multistate {
namespace {

int64_t size_of(const std::vector<int64_t>& ids) {
  return static_cast<int64_t>(ids.size());
}

std::vector<int64_t> encode(const std::string& text, bool behind_text, const Tokenizer& tokenizer) {
  return behind_text ? tokenizer.encode_continuation(text) : tokenizer.encode(text);
}

[[noreturn]] void fail_question(const TaskRow& row, int64_t tokens, int64_t most) {
  throw InputError(
      fmt::format("{}: the question has {} tokens, and experiment.context_length leaves {} for it",
                  row.place, tokens, most));
}

void cut_end(const TaskRow& row, const Tokenizer& tokenizer, int64_t most_tokens,
             TokenizedPrompt& prompt) {
  prompt.question = tokenizer.encode_continuation(row.separator + row.question);
  const int64_t kept = most_tokens - size_of(prompt.question);
  if (kept < 1) {
    fail_question(row, size_of(prompt.question), most_tokens - 1);
  }
  prompt.removed_tokens = size_of(prompt.context) - kept;
  prompt.context.resize(static_cast<size_t>(kept));
}

void cut_middle(const TaskRow& row, int64_t most_tokens, TokenizedPrompt& prompt) {
  const int64_t half = most_tokens / 2;
  const int64_t from_end = half - size_of(prompt.question);
  if (from_end < 0 || half < 1) {
    fail_question(row, size_of(prompt.question), half);
  }
  prompt.removed_tokens = size_of(prompt.context) - half - from_end;
  prompt.context.erase(prompt.context.begin() + half, prompt.context.end() - from_end);
}

}  // namespace

TokenizedPrompt tokenize_prompt(const TaskRow& row, const Tokenizer& tokenizer, Truncation rule,
                                int64_t most_tokens, bool behind_text) {
  TokenizedPrompt prompt;
  try {
    prompt.context = encode(row.context, behind_text, tokenizer);
    prompt.question = encode(row.question, behind_text || !row.context.empty(), tokenizer);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", row.place, error.what()));
  }
  const int64_t tokens = size_of(prompt.context) + size_of(prompt.question);
  if (tokens <= most_tokens) {
    return prompt;
  }
  switch (rule) {
    case Truncation::kEnd:
      cut_end(row, tokenizer, most_tokens, prompt);
      return prompt;
    case Truncation::kMiddle:
      cut_middle(row, most_tokens, prompt);
      return prompt;
    default:
      throw InputError(fmt::format(
          "{}: the prompt has {} tokens, and experiment.context_length leaves {} for it; make that "
          "larger, or say with experiment.truncation what goes",
          row.place, tokens, most_tokens));
  }
}

}  // namespace multistate
