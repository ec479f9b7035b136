#pragma once

#include <cstdint>
#include <vector>

#include "multistate/datasets/task_row.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// Which part of a too long prompt is removed.
enum class Truncation {
  kNone,    ///< Nothing: it is an error.
  kEnd,     ///< The end of the context; the row's separator takes its place. ZeroSCROLLS.
  kMiddle,  ///< All but the first and the last half of the tokens allowed. LongBench.
};

/// A prompt in tokens: `context`, then `question`. The two are tokenized separately, so that the
/// boundary between them is one between tokens.
struct TokenizedPrompt {
  std::vector<int64_t> context;
  std::vector<int64_t> question;
  int64_t removed_tokens = 0;  ///< Of the context.
};

/// The prompt of a row in at most `most_tokens`. The question is never cut. `behind_text`: other
/// text precedes the prompt, that of a chat format.
///
/// kEnd: as the authors of ZeroSCROLLS do, the context's first tokens stay, as many as leave room
/// for separator and question. kMiddle: of context and question the first and last
/// most_tokens / 2 tokens stay, LongBench's rule, without its way through text and back.
///
/// Throws InputError with the row's place when the prompt is too long and the rule is kNone, or
/// when the rule would have to cut the question.
TokenizedPrompt tokenize_prompt(const TaskRow& row, const Tokenizer& tokenizer, Truncation rule,
                                int64_t most_tokens, bool behind_text = false);

}  // namespace multistate
