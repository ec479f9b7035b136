#include "multistate/experiment/prompts.h"

#include <map>
#include <sstream>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/mapped_file.h"
#include "multistate/base/sha256.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

namespace fs = std::filesystem;

PromptText prompt_of_json(const std::string& line, const std::string& place) {
  static const std::vector<std::string> known = {"prompt", "id"};
  const auto object = parse_strict_json(line, place);
  const JsonObject members(object, place);
  for (const auto& [key, value] : object.items()) {
    if (key != "prompt" && key != "id") {
      throw InputError(fmt::format("{}: unknown key {}{}; known: {}", place, in_quotes(key),
                                   did_you_mean(key, known), join(known)));
    }
  }
  PromptText prompt;
  prompt.text = members.required(&JsonObject::string, "prompt");
  prompt.id = members.string("id").value_or("");
  if (members.find("id") != nullptr && prompt.id.empty()) {
    members.fail("id", "a text that is not empty");
  }
  return prompt;
}

void check_utf8(std::string_view text, const std::string& place) {
  for (size_t at = 0; at < text.size();) {
    const size_t length = utf8_length(text.substr(at));
    if (length == 0) {
      throw InputError(fmt::format("{}: byte {} is not UTF-8", place, at + 1));
    }
    at += length;
  }
}

}  // namespace

PromptList read_prompts(const fs::path& path) {
  const bool json = path.extension() == ".jsonl";
  if (!json && path.extension() != ".txt") {
    throw InputError(fmt::format(
        "{}: expected a .jsonl file of prompts (an object a line) or a .txt file (a prompt a line)",
        path.string()));
  }
  PlainText file = json ? PlainText{read_file(path)} : read_plain_text(path);
  PromptList list;
  list.changes = file.changes;
  list.sha256 = sha256_hex(file.text);
  std::map<std::string, int64_t> lines_by_id;
  std::istringstream lines(std::move(file.text));
  int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string place = fmt::format("{}:{}", path.string(), ++number);
    check_utf8(line, place);
    PromptText prompt = json ? prompt_of_json(line, place) : PromptText{"", line};
    prompt.line = number;
    if (prompt.text.empty()) {
      throw InputError(fmt::format("{}: the prompt is empty", place));
    }
    if (prompt.id.empty()) {
      prompt.id = fmt::format("{}", number);
    }
    const auto [first, is_new] = lines_by_id.emplace(prompt.id, number);
    if (!is_new) {
      throw InputError(fmt::format("{}: the id {} is that of line {}", place, in_quotes(prompt.id),
                                   first->second));
    }
    list.prompts.push_back(std::move(prompt));
  }
  if (list.prompts.empty()) {
    throw InputError(fmt::format("{}: holds no prompt", path.string()));
  }
  return list;
}

}  // namespace multistate
