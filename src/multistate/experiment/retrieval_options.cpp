#include "multistate/experiment/retrieval_options.h"

#include <algorithm>
#include <array>
#include <set>

#include <fmt/format.h>

#include "multistate/base/largest_count.h"
#include "multistate/experiment/documents.h"

namespace multistate {
namespace {

const std::vector<std::string>& task_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const SyntheticTask& task : synthetic_tasks()) {
      all.emplace_back(task.name);
    }
    return all;
  }();
  return names;
}

[[noreturn]] void refuse(const Node& node, const char* option, const std::string& problem) {
  const Node* member = node.find(option);
  throw(member != nullptr ? *member : node)
      .error(fmt::format("experiment.{}: {}", option, problem));
}

template <class T>
void check_list(const Node& node, const char* option, const std::vector<T>& values) {
  const std::set<T> different(values.begin(), values.end());
  if (different.size() < values.size()) {
    refuse(node, option, "a value is given twice");
  }
}

/// An option that only some tasks have, with the value at which it asks for nothing.
struct Particular {
  const char* option;
  int64_t value;
  int64_t neutral;
  bool allowed;
};

void check_particular(const Node& node, const RetrievalOptions& options) {
  const SyntheticTask& task = options.chosen_task();
  const PuzzleSize none;
  const std::array all = {
      Particular{"keys", options.size.keys, none.keys, task.has_sizes},
      Particular{"values", options.size.values, none.values, task.has_sizes},
      Particular{"queries", options.size.queries, none.queries, task.has_sizes},
      Particular{"questions", options.size.questions, none.questions, task.has_questions},
      Particular{"hops", options.size.hops, none.hops, task.has_hops}};
  for (const Particular& one : all) {
    if (!one.allowed && one.value != one.neutral) {
      refuse(node, one.option,
             fmt::format("is {}; the task {} knows {} only", one.value, task.name, one.neutral));
    }
  }
  if (!task.has_depth && !options.depths.empty()) {
    refuse(node, "depths",
           fmt::format("the answers of the task {} stand everywhere; leave it empty", task.name));
  }
  if (task.has_sizes && options.size.keys < options.size.queries * options.size.questions) {
    refuse(node, "keys",
           fmt::format("{} are too few for {} questions about {} each", options.size.keys,
                       options.size.questions, options.size.queries));
  }
}

void check_haystack(const Node& node, const RetrievalOptions& options) {
  const SyntheticTask& task = options.chosen_task();
  if (options.haystack == Haystack::kText) {
    check_data_path(options.data, node);
  } else if (!options.data.empty()) {
    refuse(node, "data", "goes with haystack: text only");
  }
  if (!task.has_haystack && options.haystack != Haystack::kNoise) {
    refuse(node, "haystack", fmt::format("the task {} has none to choose", task.name));
  }
  if (options.haystack == Haystack::kNeedles && !task.has_sizes) {
    refuse(node, "haystack", fmt::format("the task {} has no other needles", task.name));
  }
}

}  // namespace

void RetrievalOptions::visit(OptionVisitor& v) {
  constexpr int64_t kMany = 1024;
  v.choice("task", task, task_names(), "what is to be found");
  v("lengths", lengths, {1, kLargestCount}, "tokens of a sample: context, question and answer");
  v("depths", depths, {0.0, 1.0},
    "share of the haystack before what is asked for; none: 0, 0.25, 0.5, 0.75 and 1");
  v("trials", trials, {1, kLargestCount}, "samples for every length and depth");
  v.choice(
      "haystack", haystack,
      {{"noise", Haystack::kNoise}, {"needles", Haystack::kNeedles}, {"text", Haystack::kText}},
      "sentences that say nothing, statements of other keys (needle), or those of `data`");
  v("data", data, "a text file, or a folder of .txt files, for haystack: text");
  v("keys", size.keys, {1, kMany}, "needle: keys that have statements");
  v("values", size.values, {1, kMany}, "needle: statements of every key");
  v("queries", size.queries, {1, kMany}, "needle: keys that one question asks for");
  v("questions", size.questions, {1, kMany},
    "needle, lookup, associative_recall: questions after one context, each from a copy of the "
    "state");
  v("hops", size.hops, {0, kMany}, "variables: names that the first one is passed on to");
  v.choice("question", seen, {{"unseen", false}, {"seen", true}},
           "unseen: it follows the context only, and `prompt: one_shot` cuts before it; seen: it "
           "stands before the context as well, and the cut comes after it");
  style.visit(v);
  v("answer_tokens", answer_tokens, {0, kLargestCount},
    "tokens that an answer may have; 0: 8, and 10 for every answer that is expected");
  v("sample_seed", sample_seed, {0, kLargestCount},
    "another one gives other keys, values and haystacks");
  v("instruction", texts.instruction, "text before the haystack; default: the task's own");
  v("statement", texts.statement, "how {value} is stated for {key}; default: the task's own");
  v("ask", texts.question, "the question, with {key}, {value} or {count}; default: the task's own");
  v("answer", texts.answer,
    "how the answer is made to begin, with {key}, {value} or {count}; default: the task's own");
  v("announcement", texts.announcement,
    "says {question} before the haystack where questions are seen; default: the task's own");
}

void RetrievalOptions::check(const Node& node) const {
  if (lengths.empty()) {
    refuse(node, "lengths", "the list is empty");
  }
  check_list(node, "lengths", lengths);
  check_list(node, "depths", depths);
  check_particular(node, *this);
  check_haystack(node, *this);
  style.check(node);
  try {
    chosen_task().check_texts(chosen_texts(), size);
  } catch (const InputError& error) {
    throw node.error(fmt::format("experiment.{}", error.what()));
  }
}

const SyntheticTask& RetrievalOptions::chosen_task() const {
  const auto& all = synthetic_tasks();
  return *std::find_if(all.begin(), all.end(),
                       [this](const SyntheticTask& one) { return one.name == task; });
}

std::vector<double> RetrievalOptions::grid_depths() const {
  if (!chosen_task().has_depth) {
    return {0.0};
  }
  return depths.empty() ? std::vector<double>{0.0, 0.25, 0.5, 0.75, 1.0} : depths;
}

TaskTexts RetrievalOptions::chosen_texts() const {
  const TaskTexts own = chosen_task().texts(size);
  const auto choose = [](const std::string& given, const std::string& other) {
    return given == kOwn ? other : given;
  };
  return {choose(texts.instruction, own.instruction), choose(texts.statement, own.statement),
          choose(texts.question, own.question), choose(texts.answer, own.answer),
          choose(texts.announcement, own.announcement)};
}

int64_t RetrievalOptions::budget() const {
  constexpr int64_t kAround = 8;
  constexpr int64_t kEach = 10;
  return answer_tokens > 0 ? answer_tokens : kAround + kEach * chosen_task().answers(size);
}

}  // namespace multistate
