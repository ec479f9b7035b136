#pragma once

#include <string>

#include "multistate/config/options.h"
#include "multistate/datasets/task_format.h"
#include "multistate/experiment/answers.h"
#include "multistate/experiment/bos_option.h"

namespace multistate {

/// Options of every experiment on a file of tasks.
struct TaskOptions {
  enum class Cut { kByFormat, kNone, kEnd, kMiddle };
  enum class Dress { kPlain, kChat, kByModel };

  std::string data;
  std::string format = "plain";
  std::string task;
  std::string prompt;
  std::string templates;
  int64_t context_length = 4096;
  int64_t max_samples = 0;
  Cut truncation = Cut::kByFormat;
  PromptEnd question = PromptEnd::kContext;
  Dress dress = Dress::kPlain;
  BosOption add_bos = {};

  void visit(OptionVisitor& v);

  /// Throws InputError, with the mark of the option, when there is no such file, or an option is
  /// given that the format has no use for.
  void check(const Node& node) const;

  const TaskFormat& task_format() const;
  Truncation rule() const;
  TaskReadOptions read_options(Purpose purpose) const;
};

}  // namespace multistate
