#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "aggregate/reading/cell.h"

namespace multistate::aggregate {

/// A cell of a comparison, as the key names it.
struct KeyCell {
  std::string id;
  std::string label;
  nlohmann::json state_size;  ///< null: not bounded.
};

struct KeyComparison {
  KeyCell cell;
  KeyCell against;
  int64_t samples = 0;    ///< That both have.
  int64_t identical = 0;  ///< Of these, with the same text: there is nothing to judge.
};

/// What one line of a judge's file shows.
struct KeyPair {
  std::string id;
  size_t comparison = 0;  ///< Index into Key::comparisons.
  int64_t sample = 0;
  bool cell_is_a = false;  ///< Else A is the text of `against`.
};

/// What a judge must not see: whose texts the pairs are. Kept in a file of its own, schema
/// multistate.judge_key.
struct Key {
  uint64_t seed = 0;
  std::vector<KeyComparison> comparisons;
  std::vector<KeyPair> pairs;  ///< In the order of the judge's file.
};

nlohmann::json to_json(const KeyCell& cell);
nlohmann::json to_json(const Key& key);

/// A judge's file and the key to it.
struct JudgePairs {
  Key key;

  /// JSON lines {"id", "prompt", "a", "b"} in the order of key.pairs: two texts that go on from one
  /// prompt. Nothing in a line tells whose they are.
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

}  // namespace multistate::aggregate
