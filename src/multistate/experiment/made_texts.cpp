#include "multistate/experiment/made_texts.h"

#include <utility>

namespace multistate {
namespace {

PhaseSeconds share_of(const PhaseSeconds& all, double share) {
  return {.linears = share * all.linears, .scan = share * all.scan, .logits = share * all.logits};
}

/// The last token of a text is run only to find that a stop token would follow.
int64_t tokens_run(const GenerationRequest& request, const MadeText& text) {
  return static_cast<int64_t>(request.prompt.size() + text.ids.size()) -
         (text.reason == EndReason::kStopId ? 0 : 1);
}

}  // namespace

const char* name_of(EndReason reason) {
  switch (reason) {
    case EndReason::kLength:
      return "length";
    case EndReason::kStopId:
      return "stop_token";
    case EndReason::kRefused:
      break;
  }
  return "stop_string";
}

std::vector<MadeText> make_texts(std::span<const GenerationRequest> requests,
                                 const TextRules& rules, const Transformer& model,
                                 const PolicySetup& policy, const Tokenizer& tokenizer) {
  auto [generations, texts, times] = generate_texts(requests, rules, model, policy, tokenizer);
  const auto all = static_cast<double>(times.prompt_tokens + times.decoded_tokens);
  std::vector<MadeText> made;
  for (size_t i = 0; i < generations.size(); ++i) {
    MadeText text = {.ids = std::move(generations[i].ids),
                     .text = std::move(texts[i]),
                     .reason = generations[i].reason,
                     .state = generations[i].state,
                     .tokens = 0,
                     .seconds = {}};
    text.tokens = tokens_run(requests[i], text);
    text.seconds = share_of(times.phases, static_cast<double>(text.tokens) / all);
    made.push_back(std::move(text));
  }
  return made;
}

}  // namespace multistate
