#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "multistate/text/split.h"

/// The steps of a BPE tokenizer, as data: what a tokenizer.json asks for under many names is
/// composed of these. Every step gets the output of the one before.
namespace multistate {

/// Writes `text` before a text that is not empty.
struct PrependText {
  std::string text;
};

/// Writes `replacement` instead of every match.
struct ReplaceText {
  TextPattern pattern;
  std::string replacement;
};

/// One of Unicode's normalization forms (annex 15).
struct UnicodeForm {
  enum class Form { kNfc, kNfd, kNfkc, kNfkd };
  Form form = Form::kNfc;
};

using NormalizerStep = std::variant<PrependText, ReplaceText, UnicodeForm>;

/// Cuts at the matches of a pattern.
struct SplitText {
  TextPattern pattern;
  SplitBehavior behavior = SplitBehavior::kIsolated;
  bool invert = false;  ///< What lies between matches counts as matches, and the other way round.
};

/// Writes `text` before a piece that does not begin with it.
struct PrefixPiece {
  std::string text;
  bool only_first = false;  ///< Only before a piece at the beginning of the whole text.
};

/// Writes each byte as its character of GPT-2's alphabet (byte_alphabet.h).
struct BytesToAlphabet {};

/// ReplaceText: in every piece.
using PreTokenizerStep = std::variant<SplitText, ReplaceText, PrefixPiece, BytesToAlphabet>;

/// "<0x0A>" stands for the byte 10.
struct BytesFromHex {};

/// A token written in GPT-2's alphabet stands for its bytes; another one for itself.
struct BytesFromAlphabet {};

/// From token strings to text. ReplaceText: in every token.
using DecoderStep = std::variant<ReplaceText, BytesFromHex, BytesFromAlphabet>;

struct Decoder {
  std::vector<DecoderStep> steps;

  /// A space at the beginning of a text was written by the tokenizer.
  bool drop_first_space = false;
};

/// Steps as text, for digests: different steps differ. Those of byte-level BPE are as they were
/// before there were others.
std::string to_text(const NormalizerStep& step);
std::string to_text(const PreTokenizerStep& step);
std::string to_text(const DecoderStep& step);

/// GPT-2's regular expression (contractions, letters, numbers, other characters, spaces), then
/// BytesToAlphabet: what byte-level BPE does without a word on anything else.
std::vector<PreTokenizerStep> gpt2_steps();

/// Every numeric character (Nd, Nl, No) becomes a piece of its own.
PreTokenizerStep isolate_digits();

/// Every match of a regular expression, and every gap between matches, becomes a piece.
PreTokenizerStep isolate(std::string_view regex);

}  // namespace multistate
