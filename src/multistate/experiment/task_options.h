#pragma once

#include <string>

#include "multistate/config/options.h"
#include "multistate/datasets/task_format.h"
#include "multistate/experiment/answers.h"
#include "multistate/experiment/prompt_style.h"

namespace multistate {

/// Options of every experiment on a file of tasks.
struct TaskOptions {
  enum class Cut { kByFormat, kNone, kEnd, kMiddle };

  std::string data;
  std::string format = "plain";
  std::string task;
  std::string prompt;
  std::string templates;
  int64_t context_length = 4096;
  int64_t max_samples = 0;
  Cut truncation = Cut::kByFormat;
  PromptEnd question = PromptEnd::kContext;
  PromptStyle style = {};

  void visit(OptionVisitor& v);

  /// Throws InputError, with the mark of the option, when there is no such file, or an option is
  /// given that the format has no use for.
  void check(const Node& node) const;

  const TaskFormat& task_format() const;
  Truncation rule() const;
  TaskReadOptions read_options(Purpose purpose) const;
};

}  // namespace multistate
