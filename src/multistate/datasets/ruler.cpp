// RULER (Hsieh et al., COLM 2024, arXiv:2404.06654; NVIDIA/RULER): the files that its scripts
// write, <task>/validation.jsonl. A row's input is the prompt, its last line the question; the
// answer begins with answer_prefix. Rows are made to a length, so that there is no rule for longer
// ones.

#include <array>
#include <cctype>
#include <string_view>

#include "multistate/base/sha256.h"
#include "multistate/datasets/json_lines.h"
#include "multistate/datasets/published_task.h"

namespace multistate {
namespace {

const std::array<PublishedTask, 13> kRulerTasks = {{
    {"niah_single_1", Purpose::kAnswer, match_all_scorer, 128},
    {"niah_single_2", Purpose::kAnswer, match_all_scorer, 128},
    {"niah_single_3", Purpose::kAnswer, match_all_scorer, 128},
    {"niah_multikey_1", Purpose::kAnswer, match_all_scorer, 128},
    {"niah_multikey_2", Purpose::kAnswer, match_all_scorer, 128},
    {"niah_multikey_3", Purpose::kAnswer, match_all_scorer, 128},
    {"niah_multivalue", Purpose::kAnswer, match_all_scorer, 128},
    {"niah_multiquery", Purpose::kAnswer, match_all_scorer, 128},
    {"vt", Purpose::kAnswer, match_all_scorer, 30},
    {"cwe", Purpose::kAnswer, match_all_scorer, 120},
    {"fwe", Purpose::kAnswer, match_all_scorer, 50},
    {"qa_1", Purpose::kAnswer, match_part_scorer, 32},
    {"qa_2", Purpose::kAnswer, match_part_scorer, 32},
}};

const std::array<std::string, 7> kRulerFields = {"index",
                                                 "input",
                                                 "outputs",
                                                 "length",
                                                 "length_w_model_temp",
                                                 "answer_prefix",
                                                 "token_position_answer"};

/// Whether a line is nothing but what a chat template puts where the answer begins: blank, or
/// markers (<|...|>, <...>, [...]) and the name of a role.
bool is_frame(std::string_view line) {
  std::string rest;
  char closing = '\0';
  for (const char c : line) {
    if (closing != '\0') {
      closing = c == closing ? '\0' : closing;
    } else if (c == '<') {
      closing = '>';
    } else if (c == '[') {
      closing = ']';
    } else if (std::isspace(static_cast<unsigned char>(c)) == 0) {
      rest += c;
    }
  }
  return rest.empty() || rest == "assistant" || rest == "model";
}

TaskRow read_row(const JsonObject& line) {
  line.allow_only(kRulerFields);
  TaskRow row;
  row.place = line.source();
  row.id = std::to_string(line.required(&JsonObject::integer, "index"));
  line.required(&JsonObject::integer, "length");
  line.integer("length_w_model_temp");
  line.integer("token_position_answer");
  const auto input = line.required(&JsonObject::string, "input");
  const size_t last_line = input.rfind('\n');
  if (last_line == std::string::npos) {
    line.fail("input", "a text with a line break before its question");
  }
  if (is_frame(std::string_view(input).substr(last_line))) {
    line.fail("input",
              "a question in its last line; a row that was made with a chat template (RULER's "
              "model_template_type) ends in that: make it with `base`, and set "
              "experiment.template: chat");
  }
  row.context = input.substr(0, last_line);
  row.document_sha256 = sha256_hex(row.context);
  row.question = input.substr(last_line);
  row.answer_start = line.string("answer_prefix").value_or("");
  row.gold.answers = line.required(&JsonObject::strings, "outputs");
  if (row.gold.answers.empty()) {
    line.fail("outputs", "one string or more");
  }
  return row;
}

}  // namespace

TaskFile read_ruler(const TaskReadOptions& options) {
  TaskFile file = empty_file(task_of_file(kRulerTasks, options), options.purpose);
  file.sha256 = for_each_json_line(
      options.data, [&](const JsonObject& line) { file.rows.push_back(read_row(line)); });
  return file;
}

}  // namespace multistate
