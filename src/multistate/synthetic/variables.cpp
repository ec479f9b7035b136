#include <algorithm>
#include <utility>

#include "multistate/synthetic/puzzles.h"
#include "multistate/synthetic/words.h"

namespace multistate {
namespace {

/// The first name gets a number, each of the others the one before it.
class Variables final : public Puzzle {
 public:
  Variables(const PuzzleInputs& inputs, std::unique_ptr<Filler> filler)
      : filler_(std::move(filler)) {
    WordMaker words(inputs.random);
    const std::string number = words.number();
    std::vector<std::string> names;
    std::vector<double> depths = {inputs.depth};
    for (int64_t i = 0; i <= inputs.size.hops; ++i) {
      names.push_back(words.word());
    }
    // The others lie anywhere behind the first, in order.
    for (int64_t i = 0; i < inputs.size.hops; ++i) {
      depths.push_back(inputs.depth + (1.0 - inputs.depth) * inputs.random.uniform());
    }
    std::sort(depths.begin(), depths.end());
    std::string value = number;
    for (size_t i = 0; i < names.size(); ++i) {
      const Fields fields = {{"key", names[i]}, {"value", value}};
      statements_.push_back({" " + fill_in(inputs.texts.statement, fields), depths[i]});
      value = names[i];
    }
    const Fields fields = {{"value", number}, {"count", std::to_string(names.size())}};
    asked_ = {fill_in(inputs.texts.question, fields), fill_in(inputs.texts.answer, fields), names};
  }

  std::vector<Asked> questions() const override { return {asked_}; }
  std::vector<Statement> statements() const override { return statements_; }
  std::string filler() override { return filler_->next(); }
  bool may_be_cut() const override { return true; }

 private:
  std::unique_ptr<Filler> filler_;
  std::vector<Statement> statements_;
  Asked asked_;
};

}  // namespace

std::unique_ptr<Puzzle> variables_puzzle(const PuzzleInputs& inputs,
                                         std::unique_ptr<Filler> filler) {
  return std::make_unique<Variables>(inputs, std::move(filler));
}

}  // namespace multistate
