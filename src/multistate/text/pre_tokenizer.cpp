#include "multistate/text/pre_tokenizer.h"

#include <utility>

#include "multistate/text/byte_alphabet.h"
#include "multistate/text/normalizer.h"

namespace multistate {
namespace {

using Start = PreTokenizer::Start;

struct Piece {
  std::string_view text;
  Start start = Start::kBehindToken;  ///< kBehindToken also for what is behind another piece.
};

using Pieces = std::vector<Piece>;

void append(const Piece& piece, Pieces& pieces) {
  if (!piece.text.empty()) {
    pieces.push_back(piece);
  }
}

}  // namespace

/// Cuts or rewrites pieces.
class PieceStep {
 public:
  PieceStep() = default;
  virtual ~PieceStep() = default;
  PieceStep(const PieceStep&) = delete;
  PieceStep& operator=(const PieceStep&) = delete;

  virtual void apply(const Piece& piece, TextStore& store, Pieces& out) const = 0;
};

namespace {

class SplitStep final : public PieceStep {
 public:
  SplitStep(const SplitText& step, const std::string& source)
      : matcher_(step.pattern, source), behavior_(step.behavior), invert_(step.invert) {}

  void apply(const Piece& piece, TextStore& /*store*/, Pieces& out) const override {
    auto spans = matcher_.spans(piece.text);
    for (TextSpan& span : spans) {
      span.match = span.match != invert_;
    }
    for (const TextSpan& span : apply_behavior(behavior_, std::move(spans))) {
      if (!span.match || behavior_ != SplitBehavior::kRemoved) {
        append({piece.text.substr(span.begin, span.end - span.begin),
                span.begin == 0 ? piece.start : Start::kBehindToken},
               out);
      }
    }
  }

 private:
  TextMatcher matcher_;
  SplitBehavior behavior_;
  bool invert_;
};

class ReplaceStep final : public PieceStep {
 public:
  ReplaceStep(const ReplaceText& step, const std::string& source)
      : matcher_(step.pattern, source), replacement_(step.replacement) {}

  void apply(const Piece& piece, TextStore& store, Pieces& out) const override {
    store.push_back(replace_matches(matcher_, piece.text, replacement_));
    append({store.back(), piece.start}, out);
  }

 private:
  TextMatcher matcher_;
  std::string replacement_;
};

class PrefixStep final : public PieceStep {
 public:
  explicit PrefixStep(PrefixPiece step) : step_(std::move(step)) {}

  void apply(const Piece& piece, TextStore& store, Pieces& out) const override {
    const bool wanted =
        step_.only_first ? piece.start == Start::kBeginning : piece.start != Start::kInsideText;
    if (!wanted || piece.text.starts_with(step_.text)) {
      out.push_back(piece);
      return;
    }
    store.push_back(step_.text);
    store.back() += piece.text;
    out.push_back({store.back(), piece.start});
  }

 private:
  PrefixPiece step_;
};

class AlphabetStep final : public PieceStep {
 public:
  void apply(const Piece& piece, TextStore& store, Pieces& out) const override {
    std::string& text = store.emplace_back();
    text.reserve(2 * piece.text.size());
    for (const char c : piece.text) {
      text += byte_to_character(static_cast<unsigned char>(c));
    }
    out.push_back({text, piece.start});
  }
};

std::unique_ptr<const PieceStep> make_step(const PreTokenizerStep& step,
                                           const std::string& source) {
  if (const auto* split = std::get_if<SplitText>(&step)) {
    return std::make_unique<const SplitStep>(*split, source);
  }
  if (const auto* replace = std::get_if<ReplaceText>(&step)) {
    return std::make_unique<const ReplaceStep>(*replace, source);
  }
  if (const auto* prefix = std::get_if<PrefixPiece>(&step)) {
    return std::make_unique<const PrefixStep>(*prefix);
  }
  return std::make_unique<const AlphabetStep>();
}

}  // namespace

PreTokenizer::PreTokenizer(const std::vector<PreTokenizerStep>& steps, const std::string& source) {
  for (const PreTokenizerStep& step : steps) {
    steps_.push_back(make_step(step, source));
  }
}

PreTokenizer::~PreTokenizer() = default;

std::vector<std::string_view> PreTokenizer::split(std::string_view text, Start start,
                                                  TextStore& store) const {
  Pieces pieces;
  append({text, start}, pieces);
  for (const auto& step : steps_) {
    Pieces next;
    next.reserve(pieces.size());
    for (const Piece& piece : pieces) {
      step->apply(piece, store, next);
    }
    pieces = std::move(next);
  }
  std::vector<std::string_view> texts;
  texts.reserve(pieces.size());
  for (const Piece& piece : pieces) {
    texts.push_back(piece.text);
  }
  return texts;
}

}  // namespace multistate
