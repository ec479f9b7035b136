#include "multistate/synthetic/task.h"

#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/text.h"

namespace multistate {
namespace {

constexpr const char* kAnnouncement = "You will be asked: {question}";

using Maker = std::unique_ptr<Puzzle> (*)(const PuzzleInputs& inputs);

/// A maker of tasks that need no sentences.
template <Maker kMake>
std::unique_ptr<Puzzle> without_filler(const PuzzleInputs& inputs,
                                       std::unique_ptr<Filler> /*filler*/) {
  return kMake(inputs);
}

SyntheticTask passkey() {
  const TaskTexts texts = {
      .instruction =
          "There is a pass key hidden in the text below. Find it and remember it.\n\n"
          "Text:",
      .statement = "The pass key is {value}. Remember it. {value} is the pass key.",
      .question = "What is the pass key?",
      .answer = "The pass key is",
      .announcement = kAnnouncement};
  return {.name = "passkey",
          .summary = "one number among sentences",
          .single = texts,
          .several = texts,
          .make = &passkey_puzzle,
          .has_haystack = true,
          .has_depth = true};
}

SyntheticTask needle() {
  TaskTexts texts = {
      .instruction = "Numbers of some things are hidden in the text below. Remember them.\n\nText:",
      .statement = "The number of the {key} is {value}.",
      .question = "What is the number of the {key}?",
      .answer = "The number of the {key} is",
      .announcement = kAnnouncement};
  TaskTexts several = texts;
  several.statement = "A number of the {key} is {value}.";
  several.question = "Which numbers does the text give for the {key}? Name all of them.";
  several.answer = "The numbers of the {key} are";
  return {
      .name = "needle",
      .summary = "numbers of named things among sentences: one or several keys, values, queries",
      .single = std::move(texts),
      .several = std::move(several),
      .make = &needle_puzzle,
      .has_haystack = true,
      .has_keys = true,
      .has_depth = true,
      .has_sizes = true,
      .has_questions = true};
}

SyntheticTask lookup() {
  const TaskTexts texts = {
      .instruction = "Below is a list of codes, each with its number. Remember it.\n\nList:",
      .statement = "{key}: {value}",
      .question = "What is the number of the code {key}?",
      .answer = "{key}:",
      .announcement = kAnnouncement};
  return {.name = "lookup",
          .summary = "the number of a key in a list of nothing but keys with numbers",
          .single = texts,
          .several = texts,
          .make = &without_filler<&lookup_puzzle>,
          .has_keys = true,
          .has_depth = true,
          .has_questions = true};
}

SyntheticTask variables() {
  const TaskTexts texts = {
      .instruction =
          "In the text below a number gets a name, which is then passed on to other "
          "names. Remember them.\n\nText:",
      .statement = "Let {key} be {value}.",
      .question = "Which {count} names stand for {value}, directly or through another name?",
      .answer = "The {count} names that stand for {value} are",
      .announcement = kAnnouncement};
  return {.name = "variables",
          .summary = "all names of a number that is passed on from name to name",
          .single = texts,
          .several = texts,
          .make = &variables_puzzle,
          .has_haystack = true,
          .has_keys = true,
          .has_depth = true,
          .has_hops = true};
}

TaskTexts word_texts() {
  return {.instruction =
              "Below is a list of words. Some of them come more often than others. "
              "Remember which.\n\nList:",
          .statement = "{value}",
          .question = "Which {count} words come most often in the list?",
          .answer = "The {count} words that come most often are",
          .announcement = kAnnouncement};
}

SyntheticTask common_words() {
  return {.name = "common_words",
          .summary = "the words of a list that come more often than all others",
          .single = word_texts(),
          .several = word_texts(),
          .make = &without_filler<&common_words_puzzle>};
}

SyntheticTask frequent_words() {
  return {.name = "frequent_words",
          .summary = "the most frequent words of a list that follows Zipf's law",
          .single = word_texts(),
          .several = word_texts(),
          .make = &without_filler<&frequent_words_puzzle>};
}

SyntheticTask recall() {
  const TaskTexts texts = {.instruction = "",
                           .statement = "{key} -> {value}",
                           .question = "",
                           .answer = "{key} ->",
                           .announcement = "{question}"};
  return {.name = "associative_recall",
          .summary = "associative recall: the word that stood with a key, without a question",
          .single = texts,
          .several = texts,
          .make = &without_filler<&recall_puzzle>,
          .has_keys = true,
          .has_depth = true,
          .has_questions = true};
}

}  // namespace

int64_t SyntheticTask::answers(const PuzzleSize& size) const {
  Random random({0});
  const auto puzzle = make({single, size, 0.0, random}, nullptr);
  return static_cast<int64_t>(puzzle->questions().front().answers.size());
}

TaskTexts SyntheticTask::texts(const PuzzleSize& size) const {
  return answers(size) > 1 ? several : single;
}

void SyntheticTask::check_texts(const TaskTexts& texts, const PuzzleSize& size) const {
  const auto try_out = [&](const char* text_name, std::string TaskTexts::*member) {
    TaskTexts tried = this->texts(size);
    tried.*member = texts.*member;
    Random random({0});
    try {
      make({tried, size, 0.0, random}, nullptr)->questions();
      fill_in(tried.announcement, {{"question", ""}});
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}: {}", text_name, error.what()));
    }
  };
  try_out("statement", &TaskTexts::statement);
  try_out("ask", &TaskTexts::question);
  try_out("answer", &TaskTexts::answer);
  try_out("announcement", &TaskTexts::announcement);
  const auto require = [](const char* text_name, const std::string& text, const char* field) {
    if (text.find(field) == std::string::npos) {
      throw InputError(fmt::format("{}: {} does not hold {}", text_name, in_quotes(text), field));
    }
  };
  require("statement", texts.statement, "{value}");
  if (has_keys) {
    require("statement", texts.statement, "{key}");
  }
}

const std::vector<SyntheticTask>& synthetic_tasks() {
  static const std::vector<SyntheticTask> tasks = {
      passkey(), needle(), lookup(), variables(), common_words(), frequent_words(), recall()};
  return tasks;
}

}  // namespace multistate
