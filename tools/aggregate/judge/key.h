#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

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

nlohmann::json to_json(const Key& key);

/// Throws InputError, starting with `source`, for what is no key, or one in which not every pair is
/// there once in either order.
Key key_from_json(const nlohmann::json& json, const std::string& source);

}  // namespace multistate::aggregate
