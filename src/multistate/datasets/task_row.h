#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "multistate/scoring/scorer.h"

namespace multistate {

/// What a row is read for.
enum class Purpose {
  kAnswer,   ///< A short answer, generated: experiment question_answering.
  kSummary,  ///< A summary, generated: experiment summarization.
  kChoice,   ///< The most likely of several continuations: experiment multiple_choice.
};

/// The experiment that reads rows for a purpose.
const char* experiment_of(Purpose purpose);

/// One question after one text.
///
/// The prompt is `context` + `question`. In every format the first holds the instructions and the
/// text, the second what comes after the text, so that either can be left out.
struct TaskRow {
  std::string place;  ///< "file:line" of the row, for messages.
  std::string id;
  std::string document_sha256;  ///< Of the text alone: rows that ask about it share it.
  std::string context;
  std::string question;
  std::string answer_start;  ///< What the answer begins with; the model continues it.
  std::string separator;     ///< Says that the context's end was cut off, where the format does.
  Gold gold;                 ///< For answers and summaries.
  std::vector<std::string> choices;  ///< For choices: what to choose from, at least two.
  size_t right = 0;                  ///< The right one.
};

/// The rows of one file, all of one task.
struct TaskFile {
  std::string task;                ///< Its name in the format; empty for plain rows.
  const Scorer* scorer = nullptr;  ///< None for choices.
  int64_t answer_tokens = 0;       ///< Most tokens of an answer, as published; 0: not published.
  bool first_line = false;         ///< Only the answer's first line that is not empty is scored.
  bool asked_plainly = false;      ///< As published, without a chat format: examples, code.
  std::vector<TaskRow> rows;
  std::string sha256;  ///< Of everything that was read.
};

}  // namespace multistate
