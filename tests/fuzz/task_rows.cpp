// The first line names the format and the purpose: "plain answer"; the rows follow.

#include <algorithm>
#include <iterator>

#include "multistate/base/error.h"
#include "multistate/datasets/task_format.h"

#include "fuzz/scratch.h"
#include "fuzz/target.h"

namespace multistate::fuzz {

void read(std::string_view input) {
  const size_t line = input.find('\n');
  const std::string_view head = input.substr(0, line);
  const size_t blank = head.find(' ');
  const auto& formats = task_formats();
  const auto format = std::find_if(formats.begin(), formats.end(), [&](const TaskFormat& one) {
    return one.name == head.substr(0, blank);
  });
  if (line == std::string_view::npos || format == formats.end()) {
    throw InputError("no format");
  }
  TaskReadOptions options;
  options.data = scratch().write("validation.jsonl", input.substr(line + 1));
  options.purpose = head.ends_with(" choice")    ? Purpose::kChoice
                    : head.ends_with(" summary") ? Purpose::kSummary
                                                 : Purpose::kAnswer;
  if (format->takes_task) {
    options.task = format->name == "ruler"                ? "niah_single_1"
                   : options.purpose == Purpose::kSummary ? "gov_report"
                                                          : "qasper";
  }
  if (format->takes_prompt) {
    options.prompt = "{context}\n{question}";
  }
  format->read(options);
}

std::vector<std::string> seeds() {
  const std::filesystem::path samples =
      std::filesystem::path(MULTISTATE_SOURCE_DIR) / "tests/datasets/samples";
  const auto seed = [&](const std::string& head, const std::string& file) {
    std::ifstream stream(samples / file, std::ios::binary);
    return head + "\n" + std::string(std::istreambuf_iterator<char>(stream), {});
  };
  return {seed("plain answer", "plain/questions.jsonl"),
          seed("zeroscrolls answer", "zeroscrolls/qasper.jsonl"),
          seed("zeroscrolls summary", "zeroscrolls/gov_report.jsonl"),
          seed("longbench answer", "longbench/data/qasper.jsonl"),
          seed("ruler answer", "ruler/niah_single_1/validation.jsonl")};
}

}  // namespace multistate::fuzz
