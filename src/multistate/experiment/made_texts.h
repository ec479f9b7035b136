#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "multistate/engine/generator.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// "length", "stop_token" or "stop_string": how results call the end of a text whose sink refuses
/// more when a stop string has come.
const char* name_of(EndReason reason);

/// How texts are made.
struct TextRules {
  int64_t max_tokens = 0;
  Sampling sampling;
  std::vector<int64_t> stop_ids;   ///< A text ends before any of these,
  std::vector<std::string> stops;  ///< and before any of these strings; none of them empty.
};

struct MadeText {
  std::vector<int64_t> ids;  ///< As they were made; the last of them may reach into a stop string.
  std::string text;          ///< Ends before the stop string.
  EndReason reason = EndReason::kLength;
  StateUse state;
  int64_t tokens = 0;  ///< That the model ran for it, those of the prompt included.

  /// Of those that were made together, in proportion to `tokens`.
  PhaseSeconds seconds;
};

/// What a text goes on from, with the sample that its random numbers belong to.
struct TextPrompt {
  std::vector<int64_t> ids;  ///< At least one token.
  SampleSeed seed;
};

/// Makes texts under a policy, all of them decoded together. Throws InputError for a policy that
/// sees the future.
std::vector<MadeText> make_texts(std::span<const TextPrompt> prompts, const TextRules& rules,
                                 const Transformer& model, const PolicySetup& policy,
                                 const Tokenizer& tokenizer);

}  // namespace multistate
