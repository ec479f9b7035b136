#include "multistate/experiment/answer_workload.h"

#include "multistate/base/largest_count.h"
#include "multistate/datasets/first_line.h"
#include "multistate/experiment/sample_metrics.h"
#include "multistate/scoring/unicode.h"

namespace multistate {

void AnswerTaskOptions::visit(OptionVisitor& v) {
  TaskOptions::visit(v);
  v("max_tokens", max_tokens, {0, kLargestCount},
    "tokens of an answer at most; 0: as published, for rows of one's own 64, of a summary 256");
  v.choice("stop", stop,
           {{"by_format", Stop::kByFormat}, {"line", Stop::kLine}, {"none", Stop::kNone}},
           "where an answer ends besides the model's own end: at a line break, nowhere; by_format: "
           "an answer to a row of one's own at a line break, all others nowhere");
}

std::vector<std::string> AnswerTaskOptions::stops(Purpose purpose) const {
  const bool is_line = task_format().has_line_answers && purpose == Purpose::kAnswer;
  if (stop == Stop::kLine || (stop == Stop::kByFormat && is_line)) {
    return {"\n"};
  }
  return {};
}

AnswerWorkload::AnswerWorkload(const AnswerTaskOptions& options, Purpose purpose,
                               int64_t own_answer_tokens, const Tokenizer& tokenizer)
    : set_(options, purpose, options.max_tokens, own_answer_tokens, tokenizer),
      prompt_end_(options.question),
      rules_({.sampling = {}, .stop_ids = set_.stop_ids(), .stops = options.stops(purpose)}) {}

Inquiry AnswerWorkload::inquiry(int64_t sample) const {
  const TokenizedPrompt& prompt = set_.prompt(sample);
  return {.context = prompt.context,
          .questions = {{.ids = prompt.question, .max_tokens = set_.answer_tokens()}},
          .prompt_end = prompt_end_};
}

SampleLength AnswerWorkload::length(int64_t sample) const {
  return length_of(inquiry(sample));
}

SampleRecord AnswerWorkload::run_sample(int64_t sample, const RunContext& context) const {
  const TaskRow& row = set_.row(sample);
  Answers result = answer(inquiry(sample), rules_, sample, context);
  const Answer& found = result.answers.front();
  // A token may end within a character.
  const std::string text = to_utf8(code_points(found.text));
  const std::string scored = set_.file().first_line ? first_line(text) : text;

  nlohmann::json& values = result.record.values;
  values = {{"id", row.id},
            {"answer", text},
            {"answers", row.gold.answers},
            {"answer_tokens", found.ids.size()},
            {"cut_off", found.reason == EndReason::kLength ? 1 : 0}};
  for (const auto& [name, score] : (*set_.file().scorer)(scored, row.gold)) {
    values[name] = score;
  }
  note_prompt(row, set_.prompt(sample).removed_tokens, values);
  return result.record;
}

Summary AnswerWorkload::summarize(std::span<const SampleRecord> records) const {
  Summary summary;
  summary.metrics = cut_metrics(records);
  for (const std::string& name : set_.file().scorer->metrics) {
    summary.metrics[name] =
        ratio_metric(records, {.numerator = name}, {.higher_is_better = true}, resampling());
  }
  summary.metrics["answer_tokens"] =
      ratio_metric(records, {.numerator = "answer_tokens"}, {.unit = "tokens"}, resampling());
  summary.metrics["cut_off"] = ratio_metric(records, {.numerator = "cut_off"}, {}, resampling());
  return summary;
}

}  // namespace multistate
