#include "multistate/engine/model_tokens.h"

#include <algorithm>

#include "multistate/text/token_class.h"

namespace multistate {

std::shared_ptr<const std::vector<TokenKind>> token_kinds_of(const Tokenizer& tokenizer,
                                                             const TokenizerSpec& spec) {
  std::vector<TokenKind> kinds;
  for (int64_t id = 0; id < tokenizer.vocabulary_size(); ++id) {
    const TokenClass text = token_class(tokenizer.token_bytes(id));
    const bool separates = text == TokenClass::kPunctuation || text == TokenClass::kNewline;
    kinds.push_back(separates ? TokenKind::kSeparator : TokenKind::kText);
  }
  for (const AddedToken& token : spec.added_tokens) {
    if (token.special) {
      kinds[static_cast<size_t>(token.id)] = TokenKind::kSpecial;
    }
  }
  // Padding of the model's vocabulary, which a text that is made may have.
  kinds.resize(std::max(kinds.size(), static_cast<size_t>(spec.model_ids)), TokenKind::kText);
  return std::make_shared<const std::vector<TokenKind>>(std::move(kinds));
}

void ModelTokens::tell(PolicySetup& setup) {
  if (setup.takes_token_kinds()) {
    kinds_ = kinds_ == nullptr ? token_kinds_of(tokenizer(), model_.tokenizer()) : kinds_;
    setup.token_kinds = kinds_;
  }
  tell_instructions(setup);
  for (LayerRange& range : setup.layers) {
    PolicySetup told = *range.setup;
    told.token_kinds = setup.token_kinds;
    tell_instructions(told);
    range.setup = std::make_shared<const PolicySetup>(std::move(told));
  }
}

const Tokenizer& ModelTokens::tokenizer() {
  if (tokenizer_ == nullptr) {
    tokenizer_ = Tokenizer::make(model_.tokenizer());
  }
  return *tokenizer_;
}

void ModelTokens::tell_instructions(PolicySetup& setup) {
  if (!setup.needs.replay) {
    return;
  }
  const Replay& texts = *setup.needs.replay;
  const auto ids_of = [&](const std::string& text) {
    return text.empty() ? std::vector<int64_t>() : tokenizer().encode_continuation(text);
  };
  setup.replay_ids = std::make_shared<const ReplayIds>(
      ReplayIds{ids_of(texts.first), ids_of(texts.later), ids_of(texts.end)});
}

}  // namespace multistate
