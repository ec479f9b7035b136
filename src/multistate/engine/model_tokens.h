#pragma once

#include <memory>
#include <vector>

#include "multistate/model/model_file.h"
#include "multistate/policy/setup.h"
#include "multistate/text/tokenizer.h"

namespace multistate {

/// The kind of every id of the model, padding being text. Special are the added tokens that the
/// tokenizer's file calls so; separators by token_class().
std::shared_ptr<const std::vector<TokenKind>> token_kinds_of(const TokenizerSpec& spec);

/// What setups have to know of a model's tokenizer: the kinds of its tokens, found out once, when
/// the first one asks, and the ids of the texts behind which a prompt is read again.
class ModelTokens {
 public:
  /// Keeps a reference.
  explicit ModelTokens(const ModelFile& model) : model_(model) {}

  /// Gives a setup, and those of its layers, what they need of that.
  void tell(PolicySetup& setup);

 private:
  void tell_instructions(PolicySetup& setup) const;

  const ModelFile& model_;
  std::shared_ptr<const std::vector<TokenKind>> kinds_;
};

}  // namespace multistate
