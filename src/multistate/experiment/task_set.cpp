#include "multistate/experiment/task_set.h"

#include <algorithm>
#include <filesystem>
#include <initializer_list>

#include <fmt/format.h>

#include "multistate/base/error.h"

namespace multistate {
namespace {

using Ids = std::vector<int64_t>;

int64_t size_of(const Ids& ids) {
  return static_cast<int64_t>(ids.size());
}

void put_before(const Ids& first, Ids& ids) {
  ids.insert(ids.begin(), first.begin(), first.end());
}

/// Takes the blanks off the end of a prompt that is these parts, the last first, and returns them.
std::string take_blanks(std::initializer_list<std::string*> last_first) {
  std::string blanks;
  for (std::string* part : last_first) {
    const size_t end = part->find_last_not_of(" \t") + 1;
    blanks.insert(0, *part, end);
    part->resize(end);
    if (!part->empty()) {
      break;
    }
  }
  return blanks;
}

/// The choices as they go on from a prompt, `blanks` being what was taken off its end: with these,
/// or else with one blank, unless there is white space already.
std::vector<Ids> continuations_of(const std::vector<std::string>& choices,
                                  const std::string& blanks, bool after_line_end,
                                  const Tokenizer& tokenizer) {
  std::vector<Ids> continuations;
  for (const std::string& choice : choices) {
    const bool spaced = after_line_end || choice.starts_with(' ');
    const std::string& before = blanks.empty() && !spaced ? " " : blanks;
    continuations.push_back(tokenizer.encode_continuation(before + choice));
  }
  return continuations;
}

int64_t longest_of(const std::vector<Ids>& continuations) {
  int64_t longest = 0;
  for (const Ids& ids : continuations) {
    longest = std::max(longest, size_of(ids));
  }
  return longest;
}

const char* name_of(Truncation rule) {
  switch (rule) {
    case Truncation::kEnd:
      return "end";
    case Truncation::kMiddle:
      return "middle";
    default:
      return "none";
  }
}

}  // namespace

TaskSet::TaskSet(const TaskOptions& options, Purpose purpose, int64_t answer_tokens,
                 int64_t own_answer_tokens, const Tokenizer& tokenizer)
    : file_(options.task_format().read(options.read_options(purpose))),
      rows_in_file_(static_cast<int64_t>(file_.rows.size())) {
  if (purpose != Purpose::kChoice) {
    const int64_t published = file_.answer_tokens > 0 ? file_.answer_tokens : own_answer_tokens;
    answer_tokens_ = answer_tokens > 0 ? answer_tokens : published;
  }
  PromptStyle style = options.style;
  if (file_.asked_plainly) {
    style.chosen = PromptStyle::Template::kPlain;
  }
  format_ = PromptFormat(style, tokenizer);
  if (format_.chat() != nullptr) {
    before_ = tokenizer.encode(format_.chat()->before);
  }
  put_before(format_.bos(), before_);
  if (options.max_samples > 0 && options.max_samples < rows_in_file_) {
    file_.rows.resize(static_cast<size_t>(options.max_samples));
  }
  for (const TaskRow& row : file_.rows) {
    add(row, options, tokenizer);
  }
  report(options);
}

void TaskSet::add(TaskRow row, const TaskOptions& options, const Tokenizer& tokenizer) {
  const ChatFormat* chat = format_.chat();
  if (chat != nullptr && chat->trims) {
    python_strip(row.context, row.question);
  }
  std::string closing = (chat != nullptr ? chat->after : "") + row.answer_start;
  std::string blanks;
  if (!row.choices.empty()) {
    blanks = take_blanks({&closing, &row.question, &row.context});
  }
  const bool after_line_end = (row.context + row.question + closing).ends_with('\n');
  choices_.push_back(continuations_of(row.choices, blanks, after_line_end, tokenizer));
  const Ids after = tokenizer.encode_continuation(closing);
  const int64_t around =
      size_of(before_) + size_of(after) + std::max(answer_tokens_, longest_of(choices_.back()));
  if (around >= options.context_length) {
    throw InputError(fmt::format(
        "{}: experiment.context_length ({}) leaves no token for the prompt: the answer and what "
        "stands around the prompt take {}",
        row.place, options.context_length, around));
  }
  TokenizedPrompt prompt = tokenize_prompt(row, tokenizer, options.rule(),
                                           options.context_length - around, chat != nullptr);
  put_before(before_, prompt.context);
  prompt.question.insert(prompt.question.end(), after.begin(), after.end());
  if (prompt.question.empty() && !prompt.context.empty()) {
    prompt.question.push_back(prompt.context.back());
    prompt.context.pop_back();
  }
  if (prompt.context.empty()) {
    throw InputError(fmt::format("{}: the prompt has fewer than two tokens", row.place));
  }
  prompts_.push_back(std::move(prompt));
}

std::vector<std::string> TaskSet::document_sha256s() const {
  std::vector<std::string> digests;
  for (const TaskRow& row : file_.rows) {
    digests.push_back(row.document_sha256);
  }
  return digests;
}

void TaskSet::report(const TaskOptions& options) {
  int64_t truncated = 0;
  int64_t removed = 0;
  int64_t tokens = 0;
  for (const TokenizedPrompt& prompt : prompts_) {
    truncated += prompt.removed_tokens > 0 ? 1 : 0;
    removed += prompt.removed_tokens;
    tokens += size_of(prompt.context) + size_of(prompt.question);
  }
  report_ = {{"file", std::filesystem::path(options.data).filename().string()},
             {"format", options.format},
             {"task", file_.task},
             {"rows", rows_in_file_},
             {"rows_used", size()},
             {"truncation", name_of(options.rule())},
             {"truncated_rows", truncated},
             {"removed_tokens", removed},
             {"prompt_tokens", tokens},
             {"answer_tokens", answer_tokens_},
             {"chat", format_.chat_name()}};
}

}  // namespace multistate
