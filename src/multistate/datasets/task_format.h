#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "multistate/datasets/task_row.h"
#include "multistate/datasets/truncation.h"

namespace multistate {

/// How a task file is read.
struct TaskReadOptions {
  std::filesystem::path data = {};  ///< The file.
  Purpose purpose = Purpose::kAnswer;
  std::string task = {};    ///< For formats whose rows do not name it; empty: by file name.
  std::string prompt = {};  ///< For formats whose rows are not prompts.
  std::filesystem::path templates = {};  ///< LongBench's folder config/; empty: `prompt`.
};

/// A format of task files. Readers are strict: a field that is missing, of the wrong type, out of
/// range or unknown is an InputError with file, line and field.
struct TaskFormat {
  std::string name;
  bool takes_task = false;
  bool takes_prompt = false;
  bool takes_templates = false;
  bool has_line_answers = false;              ///< Answers of question_answering are one line.
  Truncation truncation = Truncation::kNone;  ///< Its rule for too long prompts.
  TaskFile (*read)(const TaskReadOptions& options) = nullptr;
};

/// All formats; the first is the default.
const std::vector<TaskFormat>& task_formats();

TaskFile read_plain(const TaskReadOptions& options);
TaskFile read_zeroscrolls(const TaskReadOptions& options);
TaskFile read_longbench(const TaskReadOptions& options);
TaskFile read_ruler(const TaskReadOptions& options);

}  // namespace multistate
