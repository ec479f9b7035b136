// LongBench (Bai et al., ACL 2024, arXiv:2308.14508; THUDM/LongBench), version 1: its files
// data/<dataset>.jsonl, one a task, and its folder config/ with the prompts
// (dataset2prompt.json) and the tokens of answers (dataset2maxlen.json). The Chinese tasks are
// refused: their scores need a segmenter of Chinese words.

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/sha256.h"
#include "multistate/base/text.h"
#include "multistate/datasets/json_lines.h"
#include "multistate/datasets/prompt_template.h"
#include "multistate/datasets/published_task.h"

namespace multistate {
namespace {

// Answer tokens come from the folder config/.
const std::array<PublishedTask, 16> kLongBenchTasks = {{
    {"narrativeqa", Purpose::kAnswer, f1_scorer, 0},
    {"qasper", Purpose::kAnswer, f1_scorer, 0},
    {"multifieldqa_en", Purpose::kAnswer, f1_scorer, 0},
    {"hotpotqa", Purpose::kAnswer, f1_scorer, 0},
    {"2wikimqa", Purpose::kAnswer, f1_scorer, 0},
    {"musique", Purpose::kAnswer, f1_scorer, 0},
    {"gov_report", Purpose::kSummary, longbench_rouge_scorer, 0},
    {"qmsum", Purpose::kSummary, longbench_rouge_scorer, 0},
    {"multi_news", Purpose::kSummary, longbench_rouge_scorer, 0},
    {.name = "trec",
     .purpose = Purpose::kAnswer,
     .scorer = classification_scorer,
     .answer_tokens = 0,
     .first_line = true,
     .asked_plainly = true},
    {.name = "triviaqa",
     .purpose = Purpose::kAnswer,
     .scorer = f1_scorer,
     .answer_tokens = 0,
     .first_line = true,
     .asked_plainly = true},
    {.name = "samsum",
     .purpose = Purpose::kSummary,
     .scorer = longbench_rouge_scorer,
     .answer_tokens = 0,
     .first_line = true,
     .asked_plainly = true},
    {"passage_count", Purpose::kAnswer, count_scorer, 0},
    {"passage_retrieval_en", Purpose::kAnswer, retrieval_scorer, 0},
    {.name = "lcc",
     .purpose = Purpose::kAnswer,
     .scorer = code_scorer,
     .answer_tokens = 0,
     .asked_plainly = true},
    {.name = "repobench-p",
     .purpose = Purpose::kAnswer,
     .scorer = code_scorer,
     .answer_tokens = 0,
     .asked_plainly = true},
}};

const std::array<std::string, 8> kLongBenchFields = {"input",   "context",  "answers",     "length",
                                                     "dataset", "language", "all_classes", "_id"};
const std::array<std::string, 2> kPublishedPlaceholders = {"context", "input"};
const std::array<std::string, 2> kOwnPlaceholders = {"context", "question"};

/// The prompt of a task and what it was read from.
struct TaskPrompt {
  PromptTemplate prompt;
  int64_t answer_tokens = 0;
  std::string source;
};

/// A member of one of the files of config/.
nlohmann::json member_of(const std::filesystem::path& file, const std::string& task,
                         std::string& source) {
  const std::string text = read_file(file);
  const auto json = parse_strict_json(text, file.string());
  const auto member = json.find(task);
  if (member == json.end()) {
    throw InputError(fmt::format("{}: the key {} is missing", file.string(), in_quotes(task)));
  }
  source += text;
  return *member;
}

TaskPrompt published_prompt(const std::filesystem::path& folder, const std::string& task) {
  const auto prompts = folder / "dataset2prompt.json";
  const auto lengths = folder / "dataset2maxlen.json";
  std::string source;
  const auto prompt = member_of(prompts, task, source);
  if (!prompt.is_string()) {
    throw InputError(fmt::format("{}: '{}' is {}; expected a string", prompts.string(), task,
                                 json_text(prompt)));
  }
  const auto tokens = member_of(lengths, task, source);
  if (!tokens.is_number_integer() || tokens < 1) {
    throw InputError(fmt::format("{}: '{}' is {}; expected an integer, 1 or more", lengths.string(),
                                 task, json_text(tokens)));
  }
  return {PromptTemplate(prompt.get<std::string>(), prompts.string() + ": '" + task + "'",
                         kPublishedPlaceholders),
          tokens, source};
}

TaskPrompt prompt_of(const TaskReadOptions& options, const std::string& task) {
  if (!options.templates.empty()) {
    return published_prompt(options.templates, task);
  }
  return {PromptTemplate(options.prompt, "experiment.prompt", kOwnPlaceholders), 0, options.prompt};
}

/// The dataset's name of a line, which is a task that is supported. LongBench-E has the same tasks.
std::string dataset_of(const JsonObject& line) {
  constexpr std::array<std::string_view, 5> kChinese = {"multifieldqa_zh", "dureader", "vcsum",
                                                        "lsht", "passage_retrieval_zh"};
  auto dataset = line.required(&JsonObject::string, "dataset");
  const auto language = line.required(&JsonObject::string, "language");
  if (std::find(kChinese.begin(), kChinese.end(), dataset) != kChinese.end() || language == "zh") {
    line.fail("dataset", "an English task; scores of Chinese ones need a segmenter of words");
  }
  if (dataset.ends_with("_e")) {
    dataset.resize(dataset.size() - 2);
  }
  return dataset;
}

void check_unused(const JsonObject& line) {
  if (line.required(&JsonObject::integer, "length") < 0) {
    line.fail("length", "an integer, 0 or more");
  }
}

TaskRow read_row(const JsonObject& line, const PublishedTask& task, const PromptTemplate& prompt) {
  TaskRow row;
  row.place = line.source();
  row.id = line.required(&JsonObject::string, "_id");
  const auto context = line.required(&JsonObject::string, "context");
  const auto input = line.required(&JsonObject::string, "input");
  const auto parts = prompt.fill({{"context", context}, {"input", input}, {"question", input}});
  row.document_sha256 = sha256_hex(context);
  row.context = parts.context;
  row.question = parts.question;
  row.gold.answers = line.required(&JsonObject::strings, "answers");
  if (row.gold.answers.empty()) {
    line.fail("answers", "one string or more");
  }
  row.gold.classes = line.strings("all_classes").value_or(std::vector<std::string>());
  check_answers(row, task.scorer(), "answers");
  return row;
}

}  // namespace

TaskFile read_longbench(const TaskReadOptions& options) {
  TaskFile file;
  std::string dataset;
  const PublishedTask* task = nullptr;
  std::optional<TaskPrompt> prompt;
  std::set<std::string> ids;
  const auto data_sha256 = for_each_json_line(options.data, [&](const JsonObject& line) {
    line.allow_only(kLongBenchFields);
    check_unused(line);
    const auto name = dataset_of(line);
    if (task == nullptr) {
      task = &find_task(kLongBenchTasks, name, options.purpose, line.source());
      file = empty_file(*task, options.purpose);
      prompt = prompt_of(options, name);
    } else if (name != task->name) {
      line.fail("dataset", fmt::format("'{}', as in the first line", task->name));
    }
    file.rows.push_back(read_row(line, *task, prompt->prompt));
    if (!ids.insert(file.rows.back().id).second) {
      line.fail("_id", "one that no earlier row has");
    }
  });
  file.answer_tokens = prompt->answer_tokens;
  file.sha256 = sha256_hex(data_sha256 + prompt->source);
  return file;
}

}  // namespace multistate
