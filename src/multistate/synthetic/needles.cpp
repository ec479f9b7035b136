#include <utility>

#include "multistate/synthetic/puzzles.h"
#include "multistate/synthetic/words.h"

namespace multistate {
namespace {

/// Keys with values; those that are asked for come first.
struct Needle {
  std::string key;
  std::vector<std::string> values;
};

class Needles final : public Puzzle {
 public:
  Needles(const PuzzleInputs& inputs, std::unique_ptr<Filler> filler, bool with_keys)
      : texts_(inputs.texts),
        size_(inputs.size),
        words_(inputs.random),
        filler_(std::move(filler)) {
    for (int64_t i = 0; i < size_.keys; ++i) {
      needles_.push_back(make(with_keys));
      for (const std::string& value : needles_.back().values) {
        const bool first = statements_.empty();
        const double depth = first ? inputs.depth : inputs.random.uniform();
        statements_.push_back({say(needles_.back().key, value), depth});
      }
    }
  }

  std::vector<Statement> statements() const override { return statements_; }
  bool may_be_cut() const override { return filler_ != nullptr; }

  std::vector<Asked> questions() const override {
    std::vector<Asked> all;
    for (int64_t question = 0; question < size_.questions; ++question) {
      std::vector<std::string> keys;
      Asked asked;
      for (int64_t query = 0; query < size_.queries; ++query) {
        const Needle& needle = needles_[static_cast<size_t>(question * size_.queries + query)];
        keys.push_back(needle.key);
        asked.answers.insert(asked.answers.end(), needle.values.begin(), needle.values.end());
      }
      const Fields fields = fields_of(enumerate(keys));
      asked.question = fill_in(texts_.question, fields);
      asked.answer_start = fill_in(texts_.answer, fields);
      all.push_back(std::move(asked));
    }
    return all;
  }

  std::string filler() override {
    if (filler_ != nullptr) {
      return filler_->next();
    }
    const std::string key = words_.name();
    return say(key, words_.number());
  }

 private:
  Needle make(bool with_key) {
    Needle needle;
    needle.key = with_key ? words_.name() : "";
    for (int64_t i = 0; i < size_.values; ++i) {
      needle.values.push_back(words_.number());
    }
    return needle;
  }

  std::string say(const std::string& key, const std::string& value) const {
    Fields fields = fields_of(key);
    fields["value"] = value;
    return " " + fill_in(texts_.statement, fields);
  }

  static Fields fields_of(const std::string& key) {
    return key.empty() ? Fields() : Fields({{"key", key}});
  }

  TaskTexts texts_;
  PuzzleSize size_;
  WordMaker words_;
  std::unique_ptr<Filler> filler_;
  std::vector<Needle> needles_;
  std::vector<Statement> statements_;
};

}  // namespace

std::unique_ptr<Puzzle> passkey_puzzle(const PuzzleInputs& inputs, std::unique_ptr<Filler> filler) {
  return std::make_unique<Needles>(inputs, std::move(filler), false);
}

std::unique_ptr<Puzzle> needle_puzzle(const PuzzleInputs& inputs, std::unique_ptr<Filler> filler) {
  return std::make_unique<Needles>(inputs, std::move(filler), true);
}

}  // namespace multistate
