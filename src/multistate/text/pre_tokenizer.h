#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "multistate/text/tokenizer_steps.h"

namespace multistate {

/// Texts that pieces are views into; they stay where they are.
using TextStore = std::deque<std::string>;

class PieceStep;

/// Cuts text into the pieces that BPE works on. Immutable; threads share it.
class PreTokenizer {
 public:
  /// What stands before a text.
  enum class Start { kBeginning, kBehindToken, kInsideText };

  /// Throws InputError, starting with `source`, for a pattern that is not valid.
  PreTokenizer(const std::vector<PreTokenizerStep>& steps, const std::string& source);
  ~PreTokenizer();

  /// The pieces of valid UTF-8 text, from left to right, none of them empty: views into `text` and
  /// into what is added to `store`. Inside a text, no PrefixPiece writes before the first piece.
  std::vector<std::string_view> split(std::string_view text, Start start, TextStore& store) const;

 private:
  std::vector<std::unique_ptr<const PieceStep>> steps_;
};

}  // namespace multistate
