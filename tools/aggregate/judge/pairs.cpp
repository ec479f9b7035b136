#include "aggregate/judge/pairs.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/random.h"
#include "multistate/base/sha256.h"

#include "aggregate/judge/made_texts.h"

namespace multistate::aggregate {
namespace {

/// A pair with the line that shows it.
struct Shown {
  KeyPair pair;
  std::string line;
};

KeyCell key_cell(const Cell& cell) {
  const auto size = cell.parameters.find("state_size");
  return {cell.id, cell.label, size == cell.parameters.end() ? nlohmann::json() : size->second};
}

void check_prompts(const Cell& cell, const std::vector<MadeText>& texts, const Cell& against,
                   const std::vector<MadeText>& others) {
  if (texts.size() != others.size()) {
    throw InputError(fmt::format("{} has {} samples, {} has {}", name_of(cell), texts.size(),
                                 name_of(against), others.size()));
  }
  for (size_t sample = 0; sample < texts.size(); ++sample) {
    if (texts[sample].prompt != others[sample].prompt) {
      throw InputError(fmt::format("{} and {} have different prompts in sample {}", name_of(cell),
                                   name_of(against), sample));
    }
  }
}

Shown show(const KeyComparison& comparison, KeyPair pair, const MadeText& text,
           const MadeText& other, uint64_t seed) {
  const std::string identity =
      fmt::format("{}/{}/{}/{}/{}", seed, comparison.cell.id, comparison.against.id, pair.sample,
                  pair.cell_is_a ? "ab" : "ba");
  pair.id = sha256_hex(identity).substr(0, 16);
  const nlohmann::ordered_json line = {{"id", pair.id},
                                       {"prompt", text.prompt},
                                       {"a", pair.cell_is_a ? text.text : other.text},
                                       {"b", pair.cell_is_a ? other.text : text.text}};
  return {pair, line.dump() + "\n"};
}

void shuffle(std::vector<Shown>& shown, uint64_t seed) {
  Random random({seed});
  for (size_t left = shown.size(); left > 1; --left) {
    const auto chosen = static_cast<size_t>(random.uniform() * static_cast<double>(left));
    std::swap(shown[left - 1], shown[chosen]);
  }
}

}  // namespace

JudgePairs make_judge_pairs(const Collection& collection, std::span<const CellPair> comparisons,
                            uint64_t seed) {
  JudgePairs made;
  made.key.seed = seed;
  std::vector<Shown> shown;
  for (size_t index = 0; index < comparisons.size(); ++index) {
    const Cell& cell = collection.cells[comparisons[index].cell];
    const Cell& against = collection.cells[comparisons[index].against];
    const auto texts = read_made_texts(cell);
    const auto others = read_made_texts(against);
    check_prompts(cell, texts, against, others);
    KeyComparison comparison = {key_cell(cell), key_cell(against),
                                static_cast<int64_t>(texts.size()), 0};
    for (size_t sample = 0; sample < texts.size(); ++sample) {
      if (texts[sample].text == others[sample].text) {
        ++comparison.identical;
        continue;
      }
      for (const bool cell_is_a : {true, false}) {
        shown.push_back(show(comparison, {"", index, static_cast<int64_t>(sample), cell_is_a},
                             texts[sample], others[sample], seed));
      }
    }
    made.key.comparisons.push_back(std::move(comparison));
  }
  shuffle(shown, seed);
  for (Shown& one : shown) {
    made.key.pairs.push_back(std::move(one.pair));
    made.lines += one.line;
  }
  return made;
}

}  // namespace multistate::aggregate
