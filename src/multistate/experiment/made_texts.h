#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "multistate/experiment/generated_texts.h"

namespace multistate {

/// "length", "stop_token" or "stop_string": how results call the end of a text whose sink refuses
/// more when a stop string has come.
const char* name_of(EndReason reason);

struct MadeText {
  std::vector<int64_t> ids;  ///< As they were made; the last of them may reach into a stop string.
  std::string text;          ///< Ends before the stop string.
  EndReason reason = EndReason::kLength;
  StateUse state;
  int64_t tokens = 0;  ///< That the model ran for it, those of the prompt included.

  /// Of those that were made together, in proportion to `tokens`.
  PhaseSeconds seconds;
};

/// Makes texts under a policy, all of them decoded together. Throws InputError for a policy that
/// sees the future.
std::vector<MadeText> make_texts(std::span<const GenerationRequest> requests,
                                 const TextRules& rules, const Transformer& model,
                                 const PolicySetup& policy, const Tokenizer& tokenizer);

}  // namespace multistate
