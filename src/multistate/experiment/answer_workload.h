#pragma once

#include "multistate/experiment/task_metrics.h"
#include "multistate/experiment/task_set.h"

namespace multistate {

/// Options of experiments whose answers are generated.
struct AnswerTaskOptions : TaskOptions {
  enum class Stop { kByFormat, kLine, kNone };

  int64_t max_tokens = 0;
  Stop stop = Stop::kByFormat;

  void visit(OptionVisitor& v);

  /// Texts that end an answer to rows read for `purpose`.
  std::vector<std::string> stops(Purpose purpose) const;
};

/// Answers to the rows of a file: the context is run under the policy, the question follows, the
/// most likely tokens are the answer, and the task's metrics score it. A sample is a row. Its
/// values: "id", "answer", "answers" (the right ones), the scores, "answer_tokens", "cut_off"
/// (1 when the answer had no end within its tokens), and those of note_prompt.
class AnswerWorkload : public SampleWorkload {
 public:
  /// `own_answer_tokens`: see TaskSet.
  AnswerWorkload(const AnswerTaskOptions& options, Purpose purpose, int64_t own_answer_tokens,
                 const Tokenizer& tokenizer);

  int64_t samples() const override { return set_.size(); }
  SampleLength length(int64_t sample) const override;
  nlohmann::json data_report() const override { return set_.data_report(); }
  std::string data_sha256() const override { return set_.file().sha256; }
  std::vector<std::string> document_sha256s() const override { return set_.document_sha256s(); }
  nlohmann::json settled_options() const override { return set_.settled_options(); }
  SampleRecord run_sample(int64_t sample, const RunContext& context) const override;
  Resampling resampling() const override { return task_resampling(); }

  /// Means of the scores, of answer_tokens and of cut_off, and cut_metrics.
  Summary summarize(std::span<const SampleRecord> records) const override;

 private:
  Inquiry inquiry(int64_t sample) const;

  TaskSet set_;
  PromptEnd prompt_end_;
  TextRules rules_;
};

}  // namespace multistate
