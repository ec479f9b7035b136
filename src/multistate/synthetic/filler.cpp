#include "multistate/synthetic/filler.h"

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/synthetic/words.h"

namespace multistate {
namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

class Noise final : public Filler {
 public:
  explicit Noise(Random& random) : random_(random) {}

  std::string next() override {
    if (left_.empty()) {
      left_.assign(noise_sentences().begin(), noise_sentences().end());
      shuffle(left_, random_);
    }
    std::string sentence = " " + left_.back();
    left_.pop_back();
    return sentence;
  }

 private:
  Random& random_;
  std::vector<std::string> left_;
};

class OwnText final : public Filler {
 public:
  OwnText(const std::vector<std::string>& sentences, const std::string& name, Random& random)
      : sentences_(sentences), name_(name), next_(draw_below(sentences.size(), random)) {}

  std::string next() override {
    if (taken_ == sentences_.size()) {
      throw InputError(fmt::format("{}: has {} sentences, too few for a haystack of this length",
                                   name_, taken_));
    }
    ++taken_;
    const std::string& sentence = sentences_[next_];
    next_ = (next_ + 1) % sentences_.size();
    return sentence;
  }

 private:
  const std::vector<std::string>& sentences_;
  const std::string& name_;
  size_t next_;
  size_t taken_ = 0;
};

}  // namespace

std::unique_ptr<Filler> noise_filler(Random& random) {
  return std::make_unique<Noise>(random);
}

std::unique_ptr<Filler> text_filler(const std::vector<std::string>& sentences,
                                    const std::string& name, Random& random) {
  return std::make_unique<OwnText>(sentences, name, random);
}

std::vector<std::string> split_sentences(std::string_view text) {
  std::vector<std::string> sentences;
  size_t begin = 0;
  bool ended = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (ended && is_space(c)) {
      sentences.emplace_back(text.substr(begin, i - begin));
      begin = i;
    }
    const bool closes = ended && (c == '"' || c == '\'' || c == ')');
    ended = c == '.' || c == '!' || c == '?' || closes;
  }
  if (begin < text.size()) {
    sentences.emplace_back(text.substr(begin));
  }
  return sentences;
}

}  // namespace multistate
