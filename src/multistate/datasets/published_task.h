#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "multistate/datasets/task_format.h"
#include "multistate/datasets/task_row.h"

namespace multistate {

/// A task of a published collection, as its authors evaluate it.
struct PublishedTask {
  const char* name;
  Purpose purpose;
  const Scorer& (*scorer)();
  int64_t answer_tokens;
  bool first_line = false;
  bool asked_plainly = false;
  bool has_letters = false;  ///< Also a task of kChoice, by the letters of its options.
};

/// The task of that name for a purpose. Throws InputError with `source` for an unknown name, and
/// for a task of another experiment.
const PublishedTask& find_task(std::span<const PublishedTask> tasks, const std::string& name,
                               Purpose purpose, const std::string& source);

/// The task of a file whose rows do not name it: options.task, or the name of the file or of its
/// folder, if it is that of a task. Throws InputError when neither is.
const PublishedTask& task_of_file(std::span<const PublishedTask> tasks,
                                  const TaskReadOptions& options);

/// A file of that task, without rows.
TaskFile empty_file(const PublishedTask& task, Purpose purpose);

/// Throws InputError at the first of the row's answers (in the field `field` of its line) that its
/// task cannot be scored against.
void check_answers(const TaskRow& row, const Scorer& scorer, const std::string& field);

}  // namespace multistate
