#include "multistate/experiment/task_options.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "multistate/base/largest_count.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

std::vector<std::string> format_names() {
  std::vector<std::string> names;
  for (const TaskFormat& format : task_formats()) {
    names.push_back(format.name);
  }
  return names;
}

/// Throws when the user gave an option that `format` does not take.
void refuse_unless(bool taken, const char* option, const std::string& format, const Node& node) {
  const Node* member = node.find(option);
  if (member != nullptr && !taken) {
    throw member->error(
        fmt::format("experiment.{}: has no meaning for the format {}", option, format));
  }
}

}  // namespace

void TaskOptions::visit(OptionVisitor& v) {
  v("data", data, "a file of tasks, one JSON object a line");
  v.choice("format", format, format_names(), "of that file");
  v("task", task, "zeroscrolls, ruler: the file's task; empty: by the name of file or folder");
  v("prompt", prompt,
    "plain, longbench: what the model is given, with places for {context} and {question}");
  v("templates", templates,
    "longbench: its folder config/, with dataset2prompt.json and dataset2maxlen.json, instead of "
    "prompt and max_tokens");
  v("context_length", context_length, {2, kLargestCount}, "tokens of prompt and answer at most");
  v("max_samples", max_samples, {0, kLargestCount}, "rows at most, from the first; 0: all");
  v.choice("truncation", truncation,
           {{"by_format", Cut::kByFormat},
            {"none", Cut::kNone},
            {"end", Cut::kEnd},
            {"middle", Cut::kMiddle}},
           "what goes of a prompt that is too long: nothing (an error), the end of the context, "
           "its middle; by_format: zeroscrolls end, longbench middle, others nothing");
  v.choice(
      "question", question, {{"unseen", PromptEnd::kContext}, {"seen", PromptEnd::kQuestion}},
      "whether the cut of `prompt: one_shot` comes before the question or after it; the prompt is "
      "the same");
  style.visit(v);
}

void TaskOptions::check(const Node& node) const {
  const Node* member = node.find("data");
  const Node& place = member != nullptr ? *member : node;
  if (data.empty()) {
    throw place.error("experiment.data: is missing; a file with one JSON object a line");
  }
  if (!std::filesystem::is_regular_file(data)) {
    throw place.error(fmt::format(
        "experiment.data: '{}' is no file; expected one with one JSON object a line", data));
  }
  const TaskFormat& kind = task_format();
  refuse_unless(kind.takes_task, "task", format, node);
  refuse_unless(kind.takes_templates, "templates", format, node);
  refuse_unless(kind.takes_prompt, "prompt", format, node);
  style.check(node);
  const Node* own_prompt = node.find("prompt");
  if (own_prompt != nullptr && !templates.empty()) {
    throw own_prompt->error("experiment.prompt: experiment.templates brings another one");
  }
}

const TaskFormat& TaskOptions::task_format() const {
  const auto& formats = task_formats();
  return *std::find_if(formats.begin(), formats.end(),
                       [this](const TaskFormat& kind) { return kind.name == format; });
}

Truncation TaskOptions::rule() const {
  switch (truncation) {
    case Cut::kNone:
      return Truncation::kNone;
    case Cut::kEnd:
      return Truncation::kEnd;
    case Cut::kMiddle:
      return Truncation::kMiddle;
    default:
      return task_format().truncation;
  }
}

TaskReadOptions TaskOptions::read_options(Purpose purpose) const {
  return {.data = data, .purpose = purpose, .task = task, .prompt = prompt, .templates = templates};
}

}  // namespace multistate
