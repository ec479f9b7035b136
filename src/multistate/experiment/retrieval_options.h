#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "multistate/config/options.h"
#include "multistate/experiment/prompt_style.h"
#include "multistate/synthetic/task.h"

namespace multistate {

/// What the experiment `retrieval` is told.
struct RetrievalOptions {
  std::string task = "passkey";
  std::vector<int64_t> lengths = {500, 1000, 2000};
  std::vector<double> depths;
  int64_t trials = 6;
  Haystack haystack = Haystack::kNoise;
  std::string data;
  PuzzleSize size;
  bool seen = false;
  PromptStyle style = {};
  int64_t answer_tokens = 0;
  int64_t sample_seed = 0;
  TaskTexts texts = {kOwn, kOwn, kOwn, kOwn, kOwn};

  void visit(OptionVisitor& v);

  /// Throws InputError where options contradict each other or the task.
  void check(const Node& node) const;

  const SyntheticTask& chosen_task() const;

  /// Depths of the grid, one that means nothing for a task that has none.
  std::vector<double> grid_depths() const;

  /// The texts with the task's own where none is given.
  TaskTexts chosen_texts() const;

  int64_t budget() const;  ///< Tokens of an answer.

 private:
  /// Stands for the task's own text.
  static constexpr const char* kOwn = "default";
};

}  // namespace multistate
