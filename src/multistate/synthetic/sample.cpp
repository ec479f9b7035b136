#include "multistate/synthetic/sample.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "multistate/base/error.h"
#include "multistate/synthetic/evidence.h"
#include "multistate/synthetic/texts.h"
#include "multistate/synthetic/words.h"
#include "multistate/text/conversation_format.h"

namespace multistate {
namespace {

using Ids = std::vector<int64_t>;

int64_t count(const Ids& ids) {
  return static_cast<int64_t>(ids.size());
}

void append(const Ids& more, Ids& ids) {
  ids.insert(ids.end(), more.begin(), more.end());
}

std::string spaced(const std::string& left, const std::string& right) {
  return left + (left.empty() || right.empty() ? "" : " ") + right;
}

/// The beginning of a message as the chat format writes it, and its end.
std::string message_begin(std::string text, const PromptFrame& frame) {
  if (frame.chat != nullptr && frame.chat->trims) {
    text = python_strip(text + ".");
    text.pop_back();
  }
  return text;
}

std::string message_end(const std::string& text, const PromptFrame& frame) {
  return frame.chat != nullptr && frame.chat->trims ? python_strip("." + text).substr(1) : text;
}

/// Everything before the haystack.
Ids head_of(const Puzzle& puzzle, const PromptFrame& frame, const Tokenizer& tokenizer) {
  std::string text;
  if (!frame.announcement.empty()) {
    for (const Asked& asked : puzzle.questions()) {
      const std::string question = asked.question.empty() ? asked.answer_start : asked.question;
      text += fill_in(frame.announcement, {{"question", question}}) + "\n";
    }
    text += "\n";
  }
  Ids ids = frame.bos;
  const std::string before = frame.chat == nullptr ? "" : frame.chat->before;
  append(tokenizer.encode(before + message_begin(text + frame.instruction, frame)), ids);
  return ids;
}

std::vector<SyntheticSample::Question> questions_of(const Puzzle& puzzle, const PromptFrame& frame,
                                                    const Tokenizer& tokenizer) {
  std::vector<SyntheticSample::Question> questions;
  for (const Asked& asked : puzzle.questions()) {
    const std::string text =
        frame.chat == nullptr
            ? "\n\n" + spaced(asked.question, asked.answer_start)
            : message_end("\n\n" + asked.question, frame) + frame.chat->after + asked.answer_start;
    questions.push_back({tokenizer.encode_continuation(text), asked.answers, {}});
  }
  return questions;
}

/// The last `tokens` of a noise text.
Ids end_of_noise(int64_t tokens, const Tokenizer& tokenizer, Random& random) {
  Ids ids;
  while (count(ids) < tokens) {
    const auto sentences = noise_sentences();
    append(tokenizer.encode_continuation(std::string(" ") +
                                         sentences[draw_below(sentences.size(), random)]),
           ids);
  }
  return {ids.end() - tokens, ids.end()};
}

/// A haystack of a given number of tokens.
class HaystackMaker {
 public:
  HaystackMaker(Puzzle& puzzle, const Tokenizer& tokenizer, Random& random)
      : puzzle_(puzzle), tokenizer_(tokenizer), random_(random) {
    for (const Statement& statement : puzzle.statements()) {
      statements_.push_back({tokenizer.encode_continuation(statement.text), statement.depth});
      least_ += count(statements_.back().ids);
    }
  }

  int64_t least_tokens() const { return least_; }

  /// Where the tokens of a statement lie in the haystack.
  struct Place {
    int64_t begin = 0;
    Ids ids;
  };

  /// Of all statements, after make(); none when they are shuffled.
  const std::vector<Place>& places() const { return places_; }

  Ids make(int64_t tokens) {
    fill(tokens - least_);
    Ids ids = padding_;
    if (puzzle_.is_shuffled()) {
      for (Placed& statement : statements_) {
        pieces_.push_back(std::move(statement.ids));
      }
      shuffle(pieces_, random_);
      statements_.clear();
    }
    place(ids);
    return ids;
  }

 private:
  struct Placed {
    Ids ids;
    double depth = 0.0;
  };

  /// Takes pieces for so many tokens, padding included.
  void fill(int64_t tokens) {
    int64_t left = tokens;
    while (left > 0) {
      Ids piece = tokenizer_.encode_continuation(puzzle_.filler());
      if (count(piece) > left) {
        padding_ = puzzle_.may_be_cut() ? Ids(piece.end() - left, piece.end())
                                        : end_of_noise(left, tokenizer_, random_);
        return;
      }
      left -= count(piece);
      pieces_.push_back(std::move(piece));
    }
  }

  /// Index of the piece before which the tokens of haystack come closest to the share `depth`.
  size_t place_of(double depth) const {
    const double wanted = depth * static_cast<double>(total_);
    const auto nearer = [&](int64_t left, int64_t right) {
      return std::abs(static_cast<double>(left) - wanted) <
             std::abs(static_cast<double>(right) - wanted);
    };
    return static_cast<size_t>(std::min_element(before_.begin(), before_.end(), nearer) -
                               before_.begin());
  }

  void place(Ids& ids) {
    before_ = {0};
    for (const Ids& piece : pieces_) {
      before_.push_back(before_.back() + count(piece));
    }
    total_ = before_.back();
    std::vector<std::vector<const Ids*>> at(pieces_.size() + 1);
    for (const Placed& statement : statements_) {
      at[place_of(statement.depth)].push_back(&statement.ids);
    }
    for (size_t i = 0; i <= pieces_.size(); ++i) {
      for (const Ids* statement : at[i]) {
        places_.push_back({count(ids), *statement});
        append(*statement, ids);
      }
      if (i < pieces_.size()) {
        append(pieces_[i], ids);
      }
    }
  }

  Puzzle& puzzle_;
  const Tokenizer& tokenizer_;
  Random& random_;
  int64_t least_ = 0;
  std::vector<Placed> statements_;
  std::vector<Place> places_;
  std::vector<Ids> pieces_;
  Ids padding_;
  std::vector<int64_t> before_;  ///< Tokens of pieces before each piece, and of all of them.
  int64_t total_ = 0;
};

/// Positions of the tokens that spell one of the answers in a statement, with the haystack from
/// `head` on.
std::vector<int64_t> evidence_of(const std::vector<std::string>& answers,
                                 const std::vector<HaystackMaker::Place>& statements, int64_t head,
                                 const Tokenizer& tokenizer) {
  std::set<int64_t> positions;
  for (const auto& [begin, ids] : statements) {
    for (const std::string& answer : answers) {
      for (const int64_t token : tokens_of(answer, ids, tokenizer)) {
        positions.insert(head + begin + token);
      }
    }
  }
  return {positions.begin(), positions.end()};
}

}  // namespace

SyntheticSample bring_to_length(Puzzle& puzzle, const PromptFrame& frame, int64_t length,
                                int64_t answer_tokens, const Tokenizer& tokenizer, Random& random) {
  SyntheticSample sample;
  sample.context = head_of(puzzle, frame, tokenizer);
  sample.questions = questions_of(puzzle, frame, tokenizer);
  int64_t longest = 0;
  for (const auto& question : sample.questions) {
    longest = std::max(longest, count(question.ids));
  }
  HaystackMaker haystack(puzzle, tokenizer, random);
  const int64_t room = length - count(sample.context) - longest - answer_tokens;
  if (room < haystack.least_tokens()) {
    throw InputError(
        fmt::format("{} tokens are too few: instruction, statements, question and the {} tokens of "
                    "the answer take {} without any haystack",
                    length, answer_tokens, length - room + haystack.least_tokens()));
  }
  const int64_t head = count(sample.context);
  append(haystack.make(room), sample.context);
  for (auto& question : sample.questions) {
    question.evidence = evidence_of(question.answers, haystack.places(), head, tokenizer);
  }
  if (const std::string problem = puzzle.problem(); !problem.empty()) {
    throw InputError(fmt::format("{} tokens are too few: {}", length, problem));
  }
  return sample;
}

}  // namespace multistate
