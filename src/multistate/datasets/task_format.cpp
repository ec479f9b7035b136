#include "multistate/datasets/task_format.h"

namespace multistate {

const std::vector<TaskFormat>& task_formats() {
  static const std::vector<TaskFormat> formats = {
      {.name = "plain", .takes_prompt = true, .has_line_answers = true, .read = read_plain},
      {.name = "zeroscrolls",
       .takes_task = true,
       .truncation = Truncation::kEnd,
       .read = read_zeroscrolls},
      {.name = "longbench",
       .takes_prompt = true,
       .takes_templates = true,
       .truncation = Truncation::kMiddle,
       .read = read_longbench},
      {.name = "ruler", .takes_task = true, .read = read_ruler}};
  return formats;
}

}  // namespace multistate
