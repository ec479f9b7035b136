#include "multistate/engine/token_kinds.h"

#include <algorithm>

#include "multistate/text/token_class.h"

namespace multistate {

std::shared_ptr<const std::vector<TokenKind>> token_kinds_of(const TokenizerSpec& spec) {
  const auto tokenizer = Tokenizer::make(spec);
  std::vector<TokenKind> kinds;
  for (int64_t id = 0; id < tokenizer->vocabulary_size(); ++id) {
    const TokenClass text = token_class(tokenizer->token_bytes(id));
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

void ModelTokenKinds::tell(PolicySetup& setup) {
  if (!setup.takes_token_kinds()) {
    return;
  }
  if (kinds_ == nullptr) {
    kinds_ = token_kinds_of(model_.tokenizer());
  }
  setup.token_kinds = kinds_;
  for (LayerRange& range : setup.layers) {
    PolicySetup told = *range.setup;
    told.token_kinds = setup.token_kinds;
    range.setup = std::make_shared<const PolicySetup>(std::move(told));
  }
}

}  // namespace multistate
