#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "multistate/synthetic/puzzles.h"

namespace multistate {

/// What surrounds what is looked for.
enum class Haystack {
  kNoise,    ///< noise_sentences().
  kNeedles,  ///< Statements of other keys.
  kText,     ///< A text of the user's.
};

/// A synthetic task: how a sample of it is made, what it may hold, and its texts.
struct SyntheticTask {
  const char* name;
  const char* summary;
  TaskTexts single;   ///< For one answer a question.
  TaskTexts several;  ///< For more.

  std::unique_ptr<Puzzle> (*make)(const PuzzleInputs& inputs, std::unique_ptr<Filler> filler);

  bool has_haystack = false;   ///< Of sentences; otherwise it consists of what it is about.
  bool has_keys = false;       ///< A statement has to hold {key}.
  bool has_depth = false;      ///< What is asked for stands in one place.
  bool has_sizes = false;      ///< May have several keys, values, queries, and other needles.
  bool has_questions = false;  ///< May be asked several questions.
  bool has_hops = false;       ///< A chain, of any length.

  int64_t answers(const PuzzleSize& size) const;  ///< Of a question.
  TaskTexts texts(const PuzzleSize& size) const;  ///< Its own.

  /// Throws InputError, which starts with the name of the text, when one lacks what it has to say
  /// or holds a {name} that stands for nothing.
  void check_texts(const TaskTexts& texts, const PuzzleSize& size) const;
};

/// All tasks, in the order of the catalogue.
const std::vector<SyntheticTask>& synthetic_tasks();

}  // namespace multistate
