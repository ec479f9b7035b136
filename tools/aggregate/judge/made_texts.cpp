#include "aggregate/judge/made_texts.h"

#include <sstream>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/strict_json.h"

#include "aggregate/reading/json_file.h"

namespace multistate::aggregate {
namespace {

MadeText text_of(const std::string& line, const std::string& source) {
  const auto record = parse_strict_json(line, source);
  const JsonObject members(record, source);
  const nlohmann::json* values = members.find("values");
  if (values == nullptr || !values->is_object()) {
    throw InputError(fmt::format("{}: holds no 'values'", source));
  }
  const JsonObject of_experiment(*values, source + ": values");
  if (of_experiment.find("text") == nullptr) {
    throw InputError(fmt::format(
        "{}: holds no text; pairs are made of cells of the experiment generation", source));
  }
  return {of_experiment.required(&JsonObject::string, "prompt"),
          of_experiment.required(&JsonObject::string, "text")};
}

}  // namespace

std::vector<MadeText> read_made_texts(const Cell& cell) {
  const std::filesystem::path path = cell.folder / "samples.jsonl";
  std::string content;
  try {
    content = load_text(path);
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", path.string(), error.what()));
  }
  std::vector<MadeText> texts;
  std::istringstream lines(content);
  for (std::string line; std::getline(lines, line);) {
    texts.push_back(text_of(line, fmt::format("{}:{}", path.string(), texts.size() + 1)));
  }
  return texts;
}

}  // namespace multistate::aggregate
