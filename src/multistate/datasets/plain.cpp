// Rows of one's own, a JSON object a line:
//
//   {"id": "1", "context": "...", "question": "...", "answers": ["..."]}
//   {"context": "...", "question": "...", "choices": ["...", "..."], "answer": 0}
//
// context is the text. question is optional where the prompt has no place for it. answers are all
// right answers or summaries; choices are what to choose from, and answer is the place of the right
// one, from 0. id is a name for the row; the number of its line unless given.

#include <array>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/sha256.h"
#include "multistate/base/text.h"
#include "multistate/datasets/json_lines.h"
#include "multistate/datasets/prompt_template.h"
#include "multistate/datasets/task_format.h"

namespace multistate {
namespace {

const std::array<std::string, 6> kPlainFields = {"id",      "context", "question",
                                                 "answers", "choices", "answer"};
const std::array<std::string, 2> kPlaceholders = {"context", "question"};

void read_choices(const JsonObject& line, TaskRow& row) {
  const auto choices = line.required(&JsonObject::strings, "choices");
  const auto answer = line.required(&JsonObject::integer, "answer");
  const std::set<std::string> different(choices.begin(), choices.end());
  if (choices.size() < 2 || different.size() < choices.size() || different.contains("")) {
    line.fail("choices", "two strings or more, all different and none empty");
  }
  if (answer < 0 || answer >= static_cast<int64_t>(choices.size())) {
    line.fail("answer", fmt::format("the place of a choice, 0 to {}", choices.size() - 1));
  }
  row.choices = choices;
  row.right = static_cast<size_t>(answer);
}

void read_answers(const JsonObject& line, TaskRow& row) {
  row.gold.answers = line.required(&JsonObject::strings, "answers");
  const std::set<std::string> different(row.gold.answers.begin(), row.gold.answers.end());
  if (different.empty() || different.contains("")) {
    line.fail("answers", "one string or more, none empty");
  }
}

TaskRow read_row(const JsonObject& line, const PromptTemplate& prompt, Purpose purpose) {
  line.allow_only(kPlainFields);
  TaskRow row;
  row.place = line.source();
  row.id = line.string("id").value_or(line.source().substr(line.source().rfind(':') + 1));
  const auto question = line.string("question");
  if (question && !prompt.has("question")) {
    line.fail("question", "none, since experiment.prompt has no {question}");
  }
  std::map<std::string, std::string> values = {
      {"context", line.required(&JsonObject::string, "context")}};
  if (prompt.has("question")) {
    values["question"] = line.required(&JsonObject::string, "question");
  }
  row.document_sha256 = sha256_hex(values.at("context"));
  const auto parts = prompt.fill(values);
  row.context = parts.context;
  row.question = parts.question;
  if (purpose == Purpose::kChoice) {
    read_choices(line, row);
  } else {
    read_answers(line, row);
  }
  return row;
}

}  // namespace

TaskFile read_plain(const TaskReadOptions& options) {
  const PromptTemplate prompt(options.prompt, "experiment.prompt", kPlaceholders);
  TaskFile file;
  if (options.purpose != Purpose::kChoice) {
    file.scorer = options.purpose == Purpose::kAnswer ? &f1_scorer() : &rouge_scorer();
  }
  std::set<std::string> ids;
  file.sha256 = for_each_json_line(options.data, [&](const JsonObject& line) {
    file.rows.push_back(read_row(line, prompt, options.purpose));
    if (!ids.insert(file.rows.back().id).second) {
      throw InputError(fmt::format("{}: 'id' {} is that of an earlier row", line.source(),
                                   in_quotes(file.rows.back().id)));
    }
  });
  return file;
}

}  // namespace multistate
