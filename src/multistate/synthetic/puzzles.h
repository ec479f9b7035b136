#pragma once

#include <cstdint>
#include <memory>

#include "multistate/base/random.h"
#include "multistate/synthetic/filler.h"
#include "multistate/synthetic/puzzle.h"
#include "multistate/synthetic/texts.h"

namespace multistate {

/// How much a sample holds and asks for.
struct PuzzleSize {
  int64_t keys = 1;       ///< Keys that have statements: more than are asked for mislead.
  int64_t values = 1;     ///< Of every key, each with a statement.
  int64_t queries = 1;    ///< Keys that a question asks for together.
  int64_t questions = 1;  ///< Asked after one context.
  int64_t hops = 4;       ///< Names in a chain after the first.
};

/// What a sample is made of. `random` outlives the puzzle.
struct PuzzleInputs {
  TaskTexts texts;
  PuzzleSize size;
  double depth = 0.0;  ///< Of the first statement that is asked for; others are anywhere.
  Random& random;
};

/// One value without a key among sentences.
std::unique_ptr<Puzzle> passkey_puzzle(const PuzzleInputs& inputs, std::unique_ptr<Filler> filler);

/// Keys with their values among sentences; without filler among the values of other keys.
std::unique_ptr<Puzzle> needle_puzzle(const PuzzleInputs& inputs, std::unique_ptr<Filler> filler);

/// A list of keys, each with its number; or with a word, to be recalled without a question.
std::unique_ptr<Puzzle> lookup_puzzle(const PuzzleInputs& inputs);
std::unique_ptr<Puzzle> recall_puzzle(const PuzzleInputs& inputs);

/// A value that is passed on from name to name, in order; all names are asked for.
std::unique_ptr<Puzzle> variables_puzzle(const PuzzleInputs& inputs,
                                         std::unique_ptr<Filler> filler);

/// Words of which kCommonWords come kCommonTimes times each, all others kOtherTimes.
std::unique_ptr<Puzzle> common_words_puzzle(const PuzzleInputs& inputs);
inline constexpr int64_t kCommonWords = 5;
inline constexpr int64_t kCommonTimes = 10;
inline constexpr int64_t kOtherTimes = 2;

/// Words as often as Zipf's law with exponent 2 has it; the kFrequentWords most frequent are asked
/// for.
std::unique_ptr<Puzzle> frequent_words_puzzle(const PuzzleInputs& inputs);
inline constexpr int64_t kFrequentWords = 3;

}  // namespace multistate
