#include <optional>
#include <utility>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/base/random.h"
#include "multistate/base/sha256.h"
#include "multistate/base/strict_json.h"
#include "multistate/base/text.h"

#include "aggregate/judge/judge.h"
#include "aggregate/reading/sample_texts.h"

namespace multistate::aggregate {
namespace {

using nlohmann::json;

/// What a sample of the experiment `generation` made.
struct MadeText {
  std::string prompt;
  std::string text;
};

/// A pair with the line that shows it.
struct Shown {
  KeyPair pair;
  std::string line;
};

/// "tova k=256 (3f2a90c1)"; for people.
std::string name_of(const Cell& cell) {
  const json& size = cell.parameter("state_size");
  return fmt::format("{}{} ({})", cell.label,
                     size.is_null() ? "" : fmt::format(" k={}", size.dump()), cell.id.substr(0, 8));
}

/// By sample.
std::vector<MadeText> texts_of(const Cell& cell) {
  std::vector<MadeText> texts;
  SampleReader reader = samples_of(cell);
  for (json sample = reader.next(); !sample.is_null(); sample = reader.next()) {
    const JsonObject values(sample["values"], reader.place());
    if (!values.string("text")) {
      throw InputError(
          fmt::format("{} holds no text; pairs are made of cells of the experiment generation",
                      reader.place()));
    }
    texts.push_back({values.required(&JsonObject::string, "prompt"), *values.string("text")});
  }
  return texts;
}

/// Whether two cells made texts from the same.
bool are_partners(const Cell& a, const Cell& b) {
  const json& seed_a = a.parameter("seed");
  const json& seed_b = b.parameter("seed");
  const auto same = [&](const char* input) { return a.in_context(input) == b.in_context(input); };
  return setting_of(a) == setting_of(b) &&
         (seed_a.is_null() || seed_b.is_null() || seed_a == seed_b) &&
         same("/inputs/model_sha256") && same("/inputs/data_sha256");
}

const Cell& partner_of(const Collection& collection, const Cell& cell, const std::string& against) {
  const Cell* partner = nullptr;
  for (const Cell& other : collection.cells) {
    if (!other.is_done() || other.label != against || !are_partners(other, cell)) {
      continue;
    }
    if (partner != nullptr) {
      throw InputError(fmt::format(
          "--against {}: {} could be compared with {} and with {}; --filter leaves cells out",
          in_quotes(against), name_of(cell), name_of(*partner), name_of(other)));
    }
    partner = &other;
  }
  if (partner == nullptr) {
    throw InputError(
        fmt::format("--against {}: no finished cell of this label has the model, prompts, options "
                    "of the experiment and seed of {}",
                    in_quotes(against), name_of(cell)));
  }
  return *partner;
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

/// Adds the comparison of two cells to the key, and all its pairs to `shown`.
void compare(const Cell& cell, const Cell& against, Key& key, std::vector<Shown>& shown) {
  const auto texts = texts_of(cell);
  const auto others = texts_of(against);
  check_prompts(cell, texts, against, others);
  const auto key_cell = [](const Cell& of) {
    return KeyCell{of.id, of.label, of.parameter("state_size")};
  };
  KeyComparison comparison = {key_cell(cell), key_cell(against), static_cast<int64_t>(texts.size()),
                              0};
  for (size_t sample = 0; sample < texts.size(); ++sample) {
    if (texts[sample].text == others[sample].text) {
      ++comparison.identical;
      continue;
    }
    for (const bool cell_is_a : {true, false}) {
      shown.push_back(show(comparison,
                           {"", key.comparisons.size(), static_cast<int64_t>(sample), cell_is_a},
                           texts[sample], others[sample], key.seed));
    }
  }
  key.comparisons.push_back(std::move(comparison));
}

void shuffle(std::vector<Shown>& shown, uint64_t seed) {
  Random random({seed});
  for (size_t left = shown.size(); left > 1; --left) {
    const auto chosen = static_cast<size_t>(random.uniform() * static_cast<double>(left));
    std::swap(shown[left - 1], shown[chosen]);
  }
}

}  // namespace

json key_to_json(const Key& key) {
  return {{"schema", {{"name", "multistate.judge_key"}, {"version", 1}}},
          {"seed", key.seed},
          {"comparisons", key.comparisons},
          {"pairs", key.pairs}};
}

JudgePairs make_judge_pairs(const Collection& collection, const std::vector<size_t>& cells,
                            const std::string& against, uint64_t seed) {
  JudgePairs made;
  made.key.seed = seed;
  std::vector<std::pair<const Cell*, const Cell*>> compared;
  for (const size_t index : cells) {
    const Cell& cell = collection.cells[index];
    if (cell.is_done() && cell.label != against) {
      compared.emplace_back(&cell, &partner_of(collection, cell, against));
    }
  }
  if (compared.empty()) {
    throw InputError(
        fmt::format("no finished cell is left to compare with {}", in_quotes(against)));
  }
  std::vector<Shown> shown;
  for (const auto& [cell, other] : compared) {
    compare(*cell, *other, made.key, shown);
  }
  shuffle(shown, seed);
  for (Shown& one : shown) {
    made.key.pairs.push_back(std::move(one.pair));
    made.lines += one.line;
  }
  return made;
}

}  // namespace multistate::aggregate
