#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "multistate/aggregate/cell.h"

namespace multistate::aggregate {

/// A cell of a comparison, as the key names it.
struct KeyCell {
  std::string id;
  std::string label;
  nlohmann::json state_size;  ///< null: not bounded.
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KeyCell, id, label, state_size)

struct KeyComparison {
  KeyCell cell;
  KeyCell against;
  int64_t samples = 0;    ///< That both have.
  int64_t identical = 0;  ///< Of these, with the same text: there is nothing to judge.
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KeyComparison, cell, against, samples, identical)

/// What one line of a judge's file shows.
struct KeyPair {
  std::string id;
  size_t comparison = 0;  ///< Index into Key::comparisons.
  int64_t sample = 0;
  bool cell_is_a = false;  ///< Else A is the text of `against`.
};

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(KeyPair, id, comparison, sample, cell_is_a)

/// Whose texts the pairs are, which the judge must not see: a file of its own, schema
/// multistate.judge_key.
struct Key {
  uint64_t seed = 0;
  std::vector<KeyComparison> comparisons;
  std::vector<KeyPair> pairs;  ///< In the order of the judge's file.
};

/// As the file of a key holds it. Members have the names of the structures above.
nlohmann::json key_to_json(const Key& key);

/// A judge's file and the key to it.
struct JudgePairs {
  Key key;

  /// JSON lines {"id", "prompt", "a", "b"} in the order of key.pairs: two texts that continue the
  /// same prompt. Nothing in a line tells whose they are.
  std::string lines;
};

/// Pairs the texts of each of `cells` (indices) that is done and not itself labelled `against` with
/// those of the cell labelled so that made texts from the same: all parameters are equal but the
/// policy's, the state size and, where one of the two draws nothing, the seed. Every sample is
/// there in both orders, as in Oren et al., arXiv:2401.06104, section 5.3, all of them shuffled by
/// `seed`; a sample on which both made the same text is counted only. Throws InputError when a cell
/// has no such partner, more than one, or one with other prompts, when there is nothing to compare,
/// and for samples that are no texts (with file and line).
JudgePairs make_judge_pairs(const Collection& collection, const std::vector<size_t>& cells,
                            const std::string& against, uint64_t seed);

/// Throws InputError, starting with `source`, for an invalid key, and for one that does not have
/// every pair once in each order.
Key key_from_json(const nlohmann::json& json, const std::string& source);

enum class JudgeVerdict { kA, kB, kTie };

/// The verdicts on key.pairs, in their order, out of JSON lines {"id", "verdict"} in any order;
/// "verdict" is "A", "B" or "tie", and further members are the judge's own. Throws InputError,
/// starting with `source` and the line, for a line that is none, an id that the key does not know
/// and one that has come before; and for pairs that have no verdict.
std::vector<JudgeVerdict> read_verdicts(std::string_view text, const Key& key,
                                        const std::string& source);

/// How a comparison ended. As in Oren et al., arXiv:2401.06104, section 5.3, a pair is won when
/// both orders say so, lost likewise, and a tie otherwise; identical texts are not among them.
struct Tally {
  int64_t wins = 0;
  int64_t ties = 0;
  int64_t losses = 0;
  int64_t agreed = 0;  ///< Pairs on which both orders said the same.

  int64_t pairs() const { return wins + ties + losses; }
};

/// By comparison of the key.
std::vector<Tally> tally(const Key& key, const std::vector<JudgeVerdict>& verdicts);

}  // namespace multistate::aggregate
