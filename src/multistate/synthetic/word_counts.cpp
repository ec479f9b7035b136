#include <algorithm>

#include <fmt/format.h>

#include "multistate/synthetic/puzzles.h"
#include "multistate/synthetic/words.h"

namespace multistate {
namespace {

std::string say(const PuzzleInputs& inputs, const std::string& word) {
  return " " + fill_in(inputs.texts.statement, {{"value", word}});
}

Asked ask(const PuzzleInputs& inputs, std::vector<std::string> answers) {
  const Fields fields = {{"count", std::to_string(answers.size())}};
  return {fill_in(inputs.texts.question, fields), fill_in(inputs.texts.answer, fields),
          std::move(answers)};
}

class CommonWords final : public Puzzle {
 public:
  explicit CommonWords(const PuzzleInputs& inputs) : inputs_(inputs), words_(inputs.random) {
    std::vector<std::string> common;
    for (int64_t i = 0; i < kCommonWords; ++i) {
      common.push_back(words_.word());
      for (int64_t time = 0; time < kCommonTimes; ++time) {
        statements_.push_back({say(inputs, common.back()), 0.0});
      }
    }
    asked_ = ask(inputs, common);
  }

  std::vector<Asked> questions() const override { return {asked_}; }
  std::vector<Statement> statements() const override { return statements_; }
  bool may_be_cut() const override { return false; }
  bool is_shuffled() const override { return true; }

  std::string filler() override {
    if (given_++ % kOtherTimes == 0) {
      other_ = words_.word();
    }
    return say(inputs_, other_);
  }

 private:
  PuzzleInputs inputs_;
  WordMaker words_;
  std::vector<Statement> statements_;
  Asked asked_;
  std::string other_;
  int64_t given_ = 0;
};

/// Each piece is the word that is furthest behind its share, so that counts follow the law as
/// closely as whole numbers can.
class FrequentWords final : public Puzzle {
 public:
  explicit FrequentWords(const PuzzleInputs& inputs) : inputs_(inputs) {
    constexpr int64_t kWords = 50;
    WordMaker words(inputs.random);
    double total = 0.0;
    for (int64_t rank = 1; rank <= kWords; ++rank) {
      words_.push_back({words.word(), 1.0 / static_cast<double>(rank * rank), 0});
      total += words_.back().share;
    }
    for (Word& word : words_) {
      word.share /= total;
    }
  }

  std::vector<Asked> questions() const override {
    std::vector<std::string> answers;
    for (int64_t i = 0; i < kFrequentWords; ++i) {
      answers.push_back(words_[static_cast<size_t>(i)].text);
    }
    return {ask(inputs_, answers)};
  }

  std::vector<Statement> statements() const override { return {}; }
  bool may_be_cut() const override { return false; }
  bool is_shuffled() const override { return true; }

  std::string filler() override {
    ++given_;
    const auto behind = [&](const Word& word) {
      return word.share * static_cast<double>(given_) - static_cast<double>(word.count);
    };
    auto& next = *std::max_element(
        words_.begin(), words_.end(),
        [&](const Word& left, const Word& right) { return behind(left) < behind(right); });
    ++next.count;
    return say(inputs_, next.text);
  }

  std::string problem() const override {
    const int64_t last = words_[kFrequentWords - 1].count;
    const int64_t next = words_[kFrequentWords].count;
    // The last piece that was asked for may not have had room.
    return last > next + 1
               ? ""
               : fmt::format("the words on places {} and {} come equally often in so short a list",
                             kFrequentWords, kFrequentWords + 1);
  }

 private:
  struct Word {
    std::string text;
    double share = 0.0;
    int64_t count = 0;
  };

  PuzzleInputs inputs_;
  std::vector<Word> words_;
  int64_t given_ = 0;
};

}  // namespace

std::unique_ptr<Puzzle> common_words_puzzle(const PuzzleInputs& inputs) {
  return std::make_unique<CommonWords>(inputs);
}

std::unique_ptr<Puzzle> frequent_words_puzzle(const PuzzleInputs& inputs) {
  return std::make_unique<FrequentWords>(inputs);
}

}  // namespace multistate
