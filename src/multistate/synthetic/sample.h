#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "multistate/base/random.h"
#include "multistate/synthetic/puzzle.h"
#include "multistate/text/chat_format.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// What a prompt consists of besides the puzzle.
struct PromptFrame {
  std::vector<int64_t> bos;          ///< A BOS token, or nothing.
  const ChatFormat* chat = nullptr;  ///< nullptr: a plain prompt.
  std::string instruction;
  std::string announcement;  ///< Of questions, before the instruction; empty where they are unseen.
};

/// A puzzle as the model gets it.
struct SyntheticSample {
  struct Question {
    std::vector<int64_t> ids;  ///< What follows the context, up to the answer.
    std::vector<std::string> answers;

    /// Ascending positions in the context of the tokens that spell its answers in the statements.
    /// None where the haystack itself is what is asked about.
    std::vector<int64_t> evidence;
  };

  std::vector<int64_t> context;
  std::vector<Question> questions;
};

/// Brings a puzzle to its length: context, the longest question and `answer_tokens` are `length`
/// tokens, to the token.
///
/// Pieces are encoded one by one. They are put into the haystack until the next one does not fit.
/// What is left is filled, at the start of the haystack, by the end of that piece, where it may be
/// cut, and of a noise sentence otherwise. A statement stands where the tokens of haystack before
/// it come closest to its depth. Throws InputError when `length` is too short; the message starts
/// with it.
SyntheticSample bring_to_length(Puzzle& puzzle, const PromptFrame& frame, int64_t length,
                                int64_t answer_tokens, const Tokenizer& tokenizer, Random& random);

}  // namespace multistate
