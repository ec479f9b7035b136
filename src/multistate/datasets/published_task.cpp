#include "multistate/datasets/published_task.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

std::vector<std::string> names_of(std::span<const PublishedTask> tasks) {
  std::vector<std::string> names;
  for (const PublishedTask& task : tasks) {
    names.emplace_back(task.name);
  }
  return names;
}

bool serves(const PublishedTask& task, Purpose purpose) {
  return task.purpose == purpose || (purpose == Purpose::kChoice && task.has_letters);
}

}  // namespace

const char* experiment_of(Purpose purpose) {
  switch (purpose) {
    case Purpose::kAnswer:
      return "question_answering";
    case Purpose::kSummary:
      return "summarization";
    default:
      return "multiple_choice";
  }
}

const PublishedTask& find_task(std::span<const PublishedTask> tasks, const std::string& name,
                               Purpose purpose, const std::string& source) {
  const auto task = std::find_if(tasks.begin(), tasks.end(), [&](const PublishedTask& candidate) {
    return candidate.name == name;
  });
  if (task == tasks.end()) {
    throw InputError(fmt::format("{}: there is no task {}; one of: {}", source, in_quotes(name),
                                 join(names_of(tasks))));
  }
  if (!serves(*task, purpose)) {
    throw InputError(fmt::format("{}: '{}' is a task of the experiment {}, not of {}", source, name,
                                 experiment_of(task->purpose), experiment_of(purpose)));
  }
  return *task;
}

const PublishedTask& task_of_file(std::span<const PublishedTask> tasks,
                                  const TaskReadOptions& options) {
  if (!options.task.empty()) {
    return find_task(tasks, options.task, options.purpose, "experiment.task");
  }
  const std::array candidates = {options.data.stem().string(),
                                 options.data.parent_path().filename().string()};
  for (const std::string& name : candidates) {
    for (const PublishedTask& task : tasks) {
      if (task.name == name) {
        return find_task(tasks, name, options.purpose, options.data.string());
      }
    }
  }
  throw InputError(fmt::format(
      "{}: neither the file's name nor its folder's is that of a task; set experiment.task, one "
      "of: {}",
      options.data.string(), join(names_of(tasks))));
}

TaskFile empty_file(const PublishedTask& task, Purpose purpose) {
  TaskFile file;
  file.task = task.name;
  file.scorer = purpose == Purpose::kChoice ? nullptr : &task.scorer();
  file.answer_tokens = task.answer_tokens;
  file.first_line = task.first_line;
  file.asked_plainly = task.asked_plainly;
  return file;
}

void check_answers(const TaskRow& row, const Scorer& scorer, const std::string& field) {
  for (const std::string& answer : row.gold.answers) {
    if (scorer.fits != nullptr && !scorer.fits(answer, row.gold)) {
      throw InputError(fmt::format("{}: '{}' is {}; expected {}", row.place, field,
                                   in_quotes(answer), scorer.expected));
    }
  }
}

}  // namespace multistate
