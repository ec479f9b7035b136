// ZeroSCROLLS (Shaham et al., EMNLP Findings 2023, arXiv:2305.14196; tau/zero_scrolls), the files
// of its archives, one a task. A row's input is the whole prompt; its indices count characters.
// Rows with the same id are one question with several answers. Answers are published for the split
// `validation`. Metrics, tokens of an answer: the authors' code.

#include <algorithm>
#include <array>
#include <map>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "multistate/base/error.h"
#include "multistate/base/sha256.h"
#include "multistate/base/text.h"
#include "multistate/datasets/json_lines.h"
#include "multistate/datasets/published_task.h"

namespace multistate {
namespace {

const std::array<PublishedTask, 10> kZeroScrollsTasks = {{
    {"gov_report", Purpose::kSummary, rouge_scorer, 1024},
    {"summ_screen_fd", Purpose::kSummary, rouge_scorer, 512},
    {"qmsum", Purpose::kSummary, rouge_scorer, 512},
    {"squality", Purpose::kSummary, rouge_scorer, 512},
    {"qasper", Purpose::kAnswer, f1_scorer, 128},
    {"narrative_qa", Purpose::kAnswer, f1_scorer, 64},
    {"musique", Purpose::kAnswer, f1_scorer, 32},
    {.name = "quality",
     .purpose = Purpose::kAnswer,
     .scorer = letter_scorer,
     .answer_tokens = 10,
     .has_letters = true},
    {"space_digest", Purpose::kAnswer, exponential_scorer, 36},
    {"book_sum_sort", Purpose::kAnswer, concordance_scorer, 256},
}};

const std::array<std::string, 10> kZeroScrollsFields = {"id",
                                                        "pid",
                                                        "input",
                                                        "output",
                                                        "document_start_index",
                                                        "document_end_index",
                                                        "query_start_index",
                                                        "query_end_index",
                                                        "truncation_seperator",
                                                        "inner_docs_start_indices"};

/// Bytes before every character of a text, and its size behind them.
class CharacterPlaces {
 public:
  explicit CharacterPlaces(std::string_view text) {
    for (size_t i = 0; i < text.size(); i += std::max<size_t>(utf8_length(text.substr(i)), 1)) {
      bytes_.push_back(i);
    }
    bytes_.push_back(text.size());
  }

  int64_t characters() const { return static_cast<int64_t>(bytes_.size()) - 1; }
  size_t byte_of(int64_t character) const { return bytes_.at(static_cast<size_t>(character)); }

 private:
  std::vector<size_t> bytes_;
};

/// Where document and query start and end in the input, in bytes.
struct Bounds {
  size_t document_start = 0;
  size_t document_end = 0;
  size_t query_start = 0;
  size_t query_end = 0;
};

Bounds read_bounds(const JsonObject& line, std::string_view input) {
  const CharacterPlaces places(input);
  int64_t previous = 0;
  const auto read = [&](const char* key) {
    const int64_t index = line.required(&JsonObject::integer, key);
    if (index < previous || index > places.characters()) {
      line.fail(key, fmt::format("an index of a character of the input, {} to {}", previous,
                                 places.characters()));
    }
    previous = index;
    return places.byte_of(index);
  };
  // In the order in which they lie in the input.
  return {.document_start = read("document_start_index"),
          .document_end = read("document_end_index"),
          .query_start = read("query_start_index"),
          .query_end = read("query_end_index")};
}

/// The members that only say where things lie in the input, and are not needed.
void check_inner_documents(const JsonObject& line) {
  constexpr const char* kKey = "inner_docs_start_indices";
  const nlohmann::json* indices = line.find(kKey);
  const bool fits = indices == nullptr ||
                    (indices->is_array() &&
                     std::all_of(indices->begin(), indices->end(), [](const nlohmann::json& index) {
                       return index.is_number_integer();
                     }));
  if (!fits) {
    line.fail(kKey, "a list of integers");
  }
}

TaskRow read_row(const JsonObject& line, const PublishedTask& task) {
  line.allow_only(kZeroScrollsFields);
  check_inner_documents(line);
  TaskRow row;
  row.place = line.source();
  row.id = line.required(&JsonObject::string, "id");
  line.required(&JsonObject::string, "pid");
  const auto input = line.required(&JsonObject::string, "input");
  const Bounds bounds = read_bounds(line, input);
  row.document_sha256 = sha256_hex(std::string_view(input).substr(
      bounds.document_start, bounds.document_end - bounds.document_start));
  row.context = input.substr(0, bounds.query_start);
  row.question = input.substr(bounds.query_start);
  row.separator = line.required(&JsonObject::string, "truncation_seperator");
  const auto output = line.members().find("output");
  if (output != line.members().end() && output->is_null()) {
    line.fail("output", "a string; answers are published for the split 'validation' only");
  }
  row.gold.answers = {line.required(&JsonObject::string, "output")};
  check_answers(row, task.scorer(), "output");
  return row;
}

void add_letters(TaskRow& row, const PublishedTask& task) {
  constexpr std::string_view kLetters = "ABCD";
  const std::string& answer = row.gold.answers.front();
  for (size_t i = 0; i < kLetters.size(); ++i) {
    const std::string choice = fmt::format("({})", kLetters[i]);
    row.choices.push_back(choice);
    // The scorer reads the same letter from the published answer as from the choice.
    if (task.scorer()(choice, {{answer}, {}}).begin()->second == 1.0) {
      row.right = i;
    }
  }
}

}  // namespace

TaskFile read_zeroscrolls(const TaskReadOptions& options) {
  const PublishedTask& task = task_of_file(kZeroScrollsTasks, options);
  TaskFile file = empty_file(task, options.purpose);
  std::map<std::string, size_t> by_id;
  file.sha256 = for_each_json_line(options.data, [&](const JsonObject& line) {
    TaskRow row = read_row(line, task);
    const auto [known, is_new] = by_id.emplace(row.id, file.rows.size());
    if (is_new) {
      if (options.purpose == Purpose::kChoice) {
        add_letters(row, task);
      }
      file.rows.push_back(std::move(row));
      return;
    }
    TaskRow& first = file.rows[known->second];
    if (first.context + first.question != row.context + row.question) {
      throw InputError(fmt::format("{}: 'input' is not that of {}, which has the same id {}",
                                   row.place, first.place, in_quotes(row.id)));
    }
    first.gold.answers.push_back(row.gold.answers.front());
  });
  return file;
}

}  // namespace multistate
