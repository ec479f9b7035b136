#pragma once

#include <string>
#include <vector>

#include "multistate/datasets/truncation.h"
#include "multistate/experiment/task_options.h"

namespace multistate {

/// The rows of a file of tasks, made ready for one tokenizer. Immutable.
class TaskSet {
 public:
  /// Reads the file. `answer_tokens`: room for an answer, 0 for as much as was published (or, where
  /// nothing was, `own_answer_tokens`); for choices there is room for the longest choice of a row.
  /// Throws InputError for what is wrong in the file, for prompts that do not fit, and for a chat
  /// format that is asked for and not known.
  TaskSet(const TaskOptions& options, Purpose purpose, int64_t answer_tokens,
          int64_t own_answer_tokens, const Tokenizer& tokenizer);

  const TaskFile& file() const { return file_; }
  int64_t size() const { return static_cast<int64_t>(prompts_.size()); }
  const TaskRow& row(int64_t sample) const { return file_.rows[static_cast<size_t>(sample)]; }

  /// Context and question of a row, each at least one token, with what the chat format puts around
  /// them and what the answer begins with.
  const TokenizedPrompt& prompt(int64_t sample) const {
    return prompts_[static_cast<size_t>(sample)];
  }

  /// The row's choices as they go on from its prompt: with one blank before them, unless the prompt
  /// ends in a line end or the choice begins with a blank. Blanks (spaces, tabs) at the end of the
  /// prompt are moved here, as lm-evaluation-harness does: tokenizers put a blank and the word
  /// after it into one token, and a prompt that ends in a token of its own for the blank makes
  /// words likely that begin without one. Line ends stay in the prompt, unlike there.
  const std::vector<std::vector<int64_t>>& choices(int64_t sample) const {
    return choices_[static_cast<size_t>(sample)];
  }

  int64_t answer_tokens() const { return answer_tokens_; }

  /// See Workload.
  std::vector<std::string> document_sha256s() const;
  nlohmann::json settled_options() const { return format_.settled_options(); }

  /// Tokens that end an answer.
  const std::vector<int64_t>& stop_ids() const { return format_.end_ids(); }

  /// What the file holds and what of it was cut: {"file", "format", "task", "rows", "rows_used",
  /// "truncation", "truncated_rows", "removed_tokens", "prompt_tokens", "answer_tokens", "chat"}.
  const nlohmann::json& data_report() const { return report_; }

 private:
  void add(TaskRow row, const TaskOptions& options, const Tokenizer& tokenizer);
  void report(const TaskOptions& options);

  TaskFile file_;
  int64_t rows_in_file_ = 0;
  int64_t answer_tokens_ = 0;
  PromptFormat format_;
  std::vector<int64_t> before_;  ///< What stands before every prompt.
  std::vector<TokenizedPrompt> prompts_;
  std::vector<std::vector<std::vector<int64_t>>> choices_;
  nlohmann::json report_;
};

}  // namespace multistate
