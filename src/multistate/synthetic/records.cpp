#include "multistate/synthetic/puzzles.h"
#include "multistate/synthetic/words.h"

namespace multistate {
namespace {

/// Lines, each with a key and its value; every line could be asked for.
class Records final : public Puzzle {
 public:
  Records(const PuzzleInputs& inputs, bool numbers)
      : texts_(inputs.texts), words_(inputs.random), numbers_(numbers) {
    for (int64_t i = 0; i < inputs.size.questions; ++i) {
      const std::string key = words_.word();
      const std::string value = make_value();
      const double depth = i == 0 ? inputs.depth : inputs.random.uniform();
      statements_.push_back({say(key, value), depth});
      const Fields fields = {{"key", key}};
      questions_.push_back(
          {fill_in(texts_.question, fields), fill_in(texts_.answer, fields), {value}});
    }
  }

  std::vector<Asked> questions() const override { return questions_; }
  std::vector<Statement> statements() const override { return statements_; }
  bool may_be_cut() const override { return false; }

  std::string filler() override {
    const std::string key = words_.word();
    return say(key, make_value());
  }

 private:
  std::string make_value() { return numbers_ ? words_.number() : words_.word(); }

  std::string say(const std::string& key, const std::string& value) const {
    return "\n" + fill_in(texts_.statement, {{"key", key}, {"value", value}});
  }

  TaskTexts texts_;
  WordMaker words_;
  bool numbers_;
  std::vector<Statement> statements_;
  std::vector<Asked> questions_;
};

}  // namespace

std::unique_ptr<Puzzle> lookup_puzzle(const PuzzleInputs& inputs) {
  return std::make_unique<Records>(inputs, true);
}

std::unique_ptr<Puzzle> recall_puzzle(const PuzzleInputs& inputs) {
  return std::make_unique<Records>(inputs, false);
}

}  // namespace multistate
