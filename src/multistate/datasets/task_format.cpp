#include "multistate/datasets/task_format.h"

namespace multistate {

const std::vector<TaskFormat>& task_formats() {
  static const std::vector<TaskFormat> formats = {
      {.name = "plain",
       .help = "rows of one's own: context, question, answers, choices",
       .takes_prompt = true,
       .has_line_answers = true,
       .read = read_plain},
      {.name = "zeroscrolls",
       .help = "tau/zero_scrolls, a file of a task",
       .takes_task = true,
       .truncation = Truncation::kEnd,
       .read = read_zeroscrolls},
      {.name = "longbench",
       .help = "THUDM/LongBench, version 1, a file of an English task",
       .takes_prompt = true,
       .takes_templates = true,
       .truncation = Truncation::kMiddle,
       .read = read_longbench},
      {.name = "ruler",
       .help = "NVIDIA/RULER, a file of a task, as its scripts write it",
       .takes_task = true,
       .read = read_ruler}};
  return formats;
}

}  // namespace multistate
